"""What the desk must hold against: one test or more for each threat of docs/security.md."""

from __future__ import annotations

import http.server
import io
import re
import socket
import threading
import time
import zipfile
from html.parser import HTMLParser

import pytest

from onrecord.core.statement import Article
from onrecord.errors import LedgerError, SourceError
from onrecord.read import Given
from onrecord.record import Ledger
from onrecord.show.desk import intake
from onrecord.show.desk.fetching import fetch, is_public
from onrecord.show.desk.passwords import Brake, hash_password, verify_password
from onrecord.show.desk.settings import Limits
from tests.web.conftest import CODEBOOK, PASSWORD, log_in, report, send, token

EVIL = "\"><script>alert(1)</script><img src=x onerror=alert(1)>'-{{7*7}}"


class Tags(HTMLParser):
    """The tags and attributes of a page, as a browser reads them."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))


# ---------------------------------------------------------------- scripts


def test_nothing_in_an_article_becomes_markup(open_desk, tmp_path):
    """Claim: text, title, name, speaker, outlet and address of a hostile article come out as text on every page."""
    made = tmp_path / "evil.db"
    of, found = report(1, speaker=EVIL, said=f"the dam {EVIL}", title=EVIL, outlet=EVIL, url="javascript:alert(1)")
    with Ledger(made) as ledger:
        ledger.add([(of, found)], codebook=CODEBOOK)
    desk = open_desk(made)
    one = found[0].id
    pages = ["/", "/positions", "/positions?by=affiliation", "/articles", f"/articles/{of.id}", f"/statements/{one}",
             "/search", "/issues/dam", "/people", "/conflicts", "/conflicts?kind=between", "/network?by=speaker",
             "/review",
             f"/review/{one}", f"/review/{one}/edit", f"/articles/{of.id}/code",
             f"/search?q={EVIL}", f"/people?q={EVIL}",
             f"/nope/{EVIL}"]  # fmt: skip
    shown = 0
    for page in pages:
        answer = desk.get(page)
        shown += "&lt;script&gt;" in answer.text
        tags = Tags()
        tags.feed(answer.text)
        for tag, attributes in tags.seen:
            assert not (tag == "script" and not (attributes.get("src") or "").startswith("/static/")), page
            assert not any(name.startswith("on") or name == "style" for name in attributes), (page, attributes)
            for name in ("href", "src", "action"):
                assert not (attributes.get(name) or "").lower().startswith(("javascript:", "data:")), page
            assert attributes.get("src") != "x", page
        assert ">49<" not in answer.text
    assert shown >= 12


def test_the_policy_allows_no_inline_script_or_style_and_no_other_host(desk):
    for address in ("/", "/nope", "/static/desk.css", "/api/v1/statements", "/positions.svg"):
        policy = desk.get(address).headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
        assert desk.get(address).headers["x-content-type-options"] == "nosniff"


def test_a_spreadsheet_gets_no_formula(open_desk, tmp_path):
    made = tmp_path / "sheet.db"
    with Ledger(made) as ledger:
        ledger.add([report(1, outlet="=cmd|'/c calc'!A1", title="@SUM(A1)")])
    page = open_desk(made).get("/search.csv").text
    assert "'=cmd" in page
    assert "'@SUM" in page
    assert not re.search(r'(^|,)"?[=@+]', page, re.MULTILINE)


# ---------------------------------------------------------------- requests from elsewhere


def test_a_form_without_its_token_changes_nothing(desk, path):
    before = Ledger(path).last()
    one = next(Ledger(path).statements()).id
    for data, headers in (
        ({"verdict": "reject"}, {}),
        ({"verdict": "reject", "csrf": "0" * 64}, {}),
        ({"verdict": "reject", "csrf": token(desk.get("/add").text)}, {"Sec-Fetch-Site": "cross-site"}),
        ({"verdict": "reject", "csrf": token(desk.get("/add").text)}, {"Origin": "https://evil.example"}),
    ):
        assert desk.post(f"/review/{one}", data=data, headers=headers).status_code == 403
    assert desk.post(f"/api/v1/statements/{one}/review", json={"verdict": "reject"}).status_code == 403
    assert Ledger(path).last() == before


def test_a_name_that_was_pointed_here_gets_no_answer(desk):
    """DNS rebinding: a page of another site whose name now means 127.0.0.1."""
    for host in ("evil.example", "evil.example:80", "127.0.0.1.evil.example", ""):
        assert desk.get("/", headers={"Host": host}).status_code == 421


def test_a_login_leads_to_no_other_site(open_desk, path, people):
    desk = open_desk(path, coder=None)
    elsewhere = (
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "\t//evil.example",
    )
    for then in elsewhere:
        form = desk.get("/login", params={"then": then}).text
        data = {"csrf": token(form), "name": "Rita", "password": PASSWORD, "then": then}
        assert desk.post("/login", data=data).headers["location"] == "/"


# ---------------------------------------------------------------- who may what


def test_strangers_see_nothing(open_desk, path, people):
    desk = open_desk(path, coder=None)
    for address in ("/", "/positions", "/search.csv", "/review", "/jobs/1", "/account", "/network.json"):
        answer = desk.get(address)
        assert answer.status_code == 303, address
        assert answer.headers["location"].startswith("/login")
    for address in ("/api/v1/statements", "/api/v1/batches", "/jobs/1/events"):
        assert desk.get(address).status_code == 401, address
    assert desk.post("/users", data={}).status_code == 401


@pytest.mark.parametrize(("name", "coder", "admin"), [("Rita", 403, 403), ("Cora", 200, 403), ("Adam", 200, 200)])
def test_roles(open_desk, path, people, name, coder, admin):
    desk = open_desk(path, coder=None)
    assert log_in(desk, name).status_code == 303
    assert desk.get("/positions").status_code == 200
    for address in ("/add", "/review", "/coding"):
        assert desk.get(address).status_code == coder, address
    assert desk.get("/users").status_code == admin
    one = next(Ledger(path).statements()).id
    answer = send(desk, f"/review/{one}", verdict="accept")
    assert answer.status_code == (303 if coder == 200 else 403)
    if coder == 200:
        assert Ledger(path).last().coder == name


def test_a_session_is_new_at_every_login_and_over_after_logout(open_desk, path, people):
    """Session fixation: a cookie that was planted before the login is worth nothing after it."""
    desk = open_desk(path, coder=None)
    desk.cookies.set("onrecord_session", "planted")
    answer = log_in(desk, "Cora")
    cookie = answer.headers["set-cookie"]
    first = re.search("onrecord_session=([^;]+)", cookie)[1]
    assert first != "planted"
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    other = open_desk(path, coder=None)
    other.cookies.set("onrecord_session", "planted")
    assert other.get("/").status_code == 303
    other.cookies.set("onrecord_session", first)
    assert other.get("/").status_code == 200
    send(other, "/logout", "/account")
    other.cookies.set("onrecord_session", first)
    assert other.get("/").status_code == 303


def test_guessing_passwords_is_slowed_down(open_desk, path, people):
    desk = open_desk(path, coder=None, limits=Limits(login_tries=3))
    assert [log_in(desk, "Adam", f"wrong {n}").status_code for n in range(4)] == [401, 401, 401, 429]
    held = log_in(desk, "Adam")
    assert held.status_code == 429
    assert int(held.headers["retry-after"]) > 200
    assert log_in(desk, "Nobody").status_code == 401


def test_the_brake_lets_go():
    time_ = [0.0]
    brake = Brake(2, 10, clock=lambda: time_[0])
    brake.failed("a")
    assert brake.held("a") == 0
    brake.failed("a")
    assert brake.held("a") == 10
    assert brake.held("b") == 0
    time_[0] = 11
    assert brake.held("a") == 0


def test_passwords_are_argon2_and_long_enough():
    hashed = hash_password(PASSWORD)
    assert hashed.startswith("$argon2id$")
    assert verify_password(hashed, PASSWORD)
    assert not verify_password(hashed, PASSWORD + "x")
    assert not verify_password(None, PASSWORD)
    for bad in ("short", "x" * 1000):
        with pytest.raises(LedgerError):
            hash_password(bad)


def test_tokens_are_shown_once_kept_hashed_and_can_be_ended(open_desk, path, people):
    desk = open_desk(path, coder=None)
    log_in(desk, "Cora")
    secret = re.search("onr_[A-Za-z0-9_-]{43}", send(desk, "/account/tokens", "/account", label="x", days="5").text)[0]
    assert secret not in desk.get("/account").text
    assert secret.encode() not in path.read_bytes()
    plain = open_desk(path, coder=None)
    bearer = {"Authorization": f"Bearer {secret}"}
    assert plain.get("/api/v1/statements", headers=bearer).status_code == 200
    one = next(Ledger(path).statements()).id
    judged = plain.post(f"/api/v1/statements/{one}/review", json={"verdict": "accept"}, headers=bearer)
    assert judged.status_code == 200
    key = re.search('name="id" value="([0-9a-f]+)"', desk.get("/account").text)[1]
    send(desk, "/account/tokens/drop", "/account", id=key)
    assert plain.get("/api/v1/statements", headers=bearer).status_code == 401


# ---------------------------------------------------------------- what comes in


@pytest.mark.parametrize("address", ["/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2f..%2fapp.py",
                                     "/static//etc/passwd", "/static/vendor/%2e%2e/%2e%2e/settings.py"])  # fmt: skip
def test_no_path_leads_out_of_the_static_folder(desk, address):
    assert desk.get(address).status_code == 404


@pytest.mark.parametrize(
    "words", ["' OR 1=1 --", '"; DROP TABLE statements; --', "1) UNION SELECT password", "%", "_", "\\"]
)
def test_sql_is_words(desk, path, words):
    before = Ledger(path).table()
    for name in ("q", "speaker", "issue", "outlet", "affiliation"):
        assert "No statement fits" in desk.get("/search", params={name: words}).text
    assert desk.get(f"/articles/{words.replace('%', '%25')}").status_code == 404
    assert Ledger(path).table().equals(before)


def test_an_oversize_body_is_refused(open_desk, path):
    desk = open_desk(path, limits=Limits(body=10_000))
    assert send(desk, "/add", text="x" * 20_000).status_code == 413

    def endless():
        for _ in range(100):
            yield b"x" * 1_000

    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert desk.post("/add", content=endless(), headers=headers).status_code == 413


def read(data, name="a.zip", limits=None):
    return list(intake.uploaded([intake.Upload(name, data)], Given(), limits or Limits())())


def zipped(files, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return out.getvalue()


def test_a_zip_bomb_is_not_unpacked():
    bomb = zipped([("a.txt", b"0" * 60_000_000)])
    assert len(bomb) < 100_000
    (error,) = read(bomb)
    assert isinstance(error, SourceError)
    assert "unpacks" in error.reason
    lie = bytearray(zipped([("a.txt", b"0" * 30_000_000)]))
    size = (30_000_000).to_bytes(4, "little")
    while size in lie:  # the sizes that are declared say 10 bytes
        at = lie.index(size)
        lie[at : at + 4] = (10).to_bytes(4, "little")
    assert all(isinstance(item, SourceError) or len(item.text) <= 10 for item in read(bytes(lie)))
    many = zipped([(f"{n}.txt", b"x") for n in range(20)])
    assert "more than 5 files" in read(many, limits=Limits(archive_files=5))[0].reason
    nested = zipped([("inner.zip", bomb)])
    assert "not opened" in read(nested)[0].reason


def test_a_file_name_is_a_label_only(tmp_path):
    said = b"The minister said that the dam must wait until spring, and that nobody had asked her."
    for name in ("../../evil.txt", "/etc/cron.d/evil.txt", "..\\..\\evil.txt"):
        (direct,) = read(said, name)
        (inside,) = read(zipped([(name, said)]))
        assert isinstance(direct, Article)
        assert direct.name == inside.name == "evil.txt"
    assert not (tmp_path.parent / "evil.txt").exists()


def test_files_of_other_kinds_say_why():
    for name, data in (("a.exe", b"MZ"), ("b.zip", b"PK\x03\x04broken"), ("c.txt", b""), ("d.txt", b"\0\1\2\xff" * 50)):
        (item,) = read(data, name)
        assert isinstance(item, SourceError)
        assert item.source.startswith(name)
        assert "/tmp" not in str(item)


# ---------------------------------------------------------------- fetching

PRIVATE = (
    "127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1",
    "192.0.2.1", "198.18.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "fd12::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "::7f00:1", "fe80::1%eth0", "nonsense",
)  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_not_public(address):
    assert not is_public(address)


def test_public_addresses_are():
    assert all(is_public(a) for a in ("93.184.216.34", "8.8.8.8", "2606:4700:4700::1111"))


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1/", "http://localhost/", "http://[::1]/", "http://2130706433/", "http://0x7f000001/", "http://127.1/",
     "http://0/", "http://user:pw@93.184.216.34/", "file:///etc/passwd", "gopher://x/", "http://93.184.216.34:22/",
     "http://[::ffff:127.0.0.1]/", "http:///x", "http://a b/", "http://x:99999/"],
)  # fmt: skip
def test_addresses_that_are_never_fetched(address):
    with pytest.raises(SourceError):
        fetch(address, limit=1000, seconds=2)


def test_a_name_that_leads_inside_is_refused_even_beside_a_public_one():
    for found in (["10.0.0.8"], ["93.184.216.34", "127.0.0.1"], []):
        with pytest.raises(SourceError, match="private or local"):
            fetch("http://news.example/", limit=1000, seconds=2, resolver=lambda host, port, found=found: found)


class Server(http.server.BaseHTTPRequestHandler):
    """Answers by path; what it is asked is kept."""

    asked: list[str]

    def do_GET(self):
        self.server.asked.append(self.path)
        kind = self.path.strip("/")
        if kind.startswith("to="):
            self.send_response(302)
            self.send_header("Location", kind[3:])
            self.end_headers()
        elif kind == "loop":
            self.send_response(302)
            self.send_header("Location", "/loop")
            self.end_headers()
        else:
            self.send_response(200)
            self.send_header("Content-Type", "image/png" if kind == "png" else "text/plain")
            if kind == "gzip":
                self.send_header("Content-Encoding", "gzip")
            self.end_headers()
            try:
                for _ in range(200 if kind in ("big", "slow") else 1):
                    self.wfile.write(b"x" * 1_000)
                    time.sleep(0.1 if kind == "slow" else 0)
            except OSError:
                pass

    def log_message(self, *_):
        pass


@pytest.fixture
def site():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_redirect_to_a_private_address_is_refused(site):
    """Claim: the second step is checked like the first. The first host counts as public here, by its resolver."""
    port = site.server_address[1]
    own = socket.create_connection

    def resolver(host, port_):
        return ["93.184.216.34"] if host == "public.example" else ["127.0.0.1"]

    def connect(address, timeout):
        return own(("127.0.0.1", port), timeout) if address[0] == "93.184.216.34" else pytest.fail("went inside")

    socket.create_connection = connect
    try:
        for target in ("http://127.0.0.1/secret", "http://inside.example/", "file:///etc/passwd", "//127.0.0.1/x"):
            with pytest.raises(SourceError):
                fetch(f"http://public.example/to={target}", limit=1000, seconds=3, resolver=resolver)
    finally:
        socket.create_connection = own
    assert len(site.asked) == 4
    assert all(path.startswith("/to=") for path in site.asked)


@pytest.mark.parametrize(("path", "why"), [("big", "more than"), ("slow", "too long"), ("loop", "more than 5"),
                                           ("gzip", "compressed"), ("png", "image/png")])  # fmt: skip
def test_a_fetch_has_bounds(site, path, why):
    began = time.monotonic()
    with pytest.raises(SourceError, match=why):
        fetch(f"http://127.0.0.1:{site.server_address[1]}/{path}", limit=50_000, seconds=1.5, private=True)
    assert time.monotonic() - began < 4


def test_a_page_within_bounds_is_fetched(site):
    page = fetch(f"http://127.0.0.1:{site.server_address[1]}/ok", limit=50_000, seconds=3, private=True)
    assert page.data == b"x" * 1_000
