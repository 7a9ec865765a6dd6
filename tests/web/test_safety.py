"""What the desk must hold against: one test or more for each threat of docs/security.md."""

from __future__ import annotations

import io
import re
import zipfile
from html.parser import HTMLParser

import pytest

from onrecord.core.statement import Article
from onrecord.errors import LedgerError, SourceError
from onrecord.read import MetadataDefaults
from onrecord.record import Ledger
from onrecord.runners import worker
from onrecord.show.desk import uploads
from onrecord.show.desk.passwords import LoginThrottle, hash_password, verify_password
from onrecord.show.desk.settings import Limits
from tests.hostile.shapes import docx
from tests.web.conftest import CODEBOOK, PASSWORD, log_in, report, send, token

EVIL = "\"><script>alert(1)</script><img src=x onerror=alert(1)>'-{{7*7}}"


class Tags(HTMLParser):
    """The tags and attributes of a page, as a browser reads them."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def handle_starttag(self, tag, attrs):
        """Record a tag."""
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
    """The content security policy allows no inline script or style and no other host."""
    for address in ("/", "/nope", "/static/desk.css", "/api/v1/statements", "/positions.svg"):
        policy = desk.get(address).headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
        assert desk.get(address).headers["x-content-type-options"] == "nosniff"


def test_a_spreadsheet_gets_no_formula(open_desk, tmp_path):
    """A CSV download holds no formula."""
    made = tmp_path / "sheet.db"
    with Ledger(made) as ledger:
        ledger.add([report(1, outlet="=cmd|'/c calc'!A1", title="@SUM(A1)")])
    page = open_desk(made).get("/search.csv").text
    assert "'=cmd" in page
    assert "'@SUM" in page
    assert not re.search(r'(^|,)"?[=@+]', page, re.MULTILINE)


# ---------------------------------------------------------------- requests from elsewhere


def test_a_form_without_its_token_changes_nothing(desk, path):
    """A form without its token changes nothing."""
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
    """A login redirects to no other site."""
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
    """Anonymous visitors see nothing."""
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
    """Each role reaches the pages of its rights alone."""
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
    """Repeated wrong passwords are slowed down."""
    desk = open_desk(path, coder=None, limits=Limits(login_tries=3))
    assert [log_in(desk, "Adam", f"wrong {n}").status_code for n in range(4)] == [401, 401, 401, 429]
    held = log_in(desk, "Adam")
    assert held.status_code == 429
    assert int(held.headers["retry-after"]) > 200
    assert log_in(desk, "Nobody").status_code == 401


def test_the_brake_lets_go():
    """The login limit ends after its time."""
    time_ = [0.0]
    brake = LoginThrottle(2, 10, clock=lambda: time_[0])
    brake.failed("a")
    assert brake.held("a") == 0
    brake.failed("a")
    assert brake.held("a") == 10
    assert brake.held("b") == 0
    time_[0] = 11
    assert brake.held("a") == 0


def test_passwords_are_argon2_and_long_enough():
    """Passwords are hashed by Argon2, and short or huge ones are refused."""
    hashed = hash_password(PASSWORD)
    assert hashed.startswith("$argon2id$")
    assert verify_password(hashed, PASSWORD)
    assert not verify_password(hashed, PASSWORD + "x")
    assert not verify_password(None, PASSWORD)
    for bad in ("short", "x" * 1000):
        with pytest.raises(LedgerError):
            hash_password(bad)


def test_tokens_are_shown_once_kept_hashed_and_can_be_ended(open_desk, path, people):
    """A token is shown once, stored as a hash, and can be ended."""
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
    """No path leads out of the static folder."""
    assert desk.get(address).status_code == 404


@pytest.mark.parametrize(
    "words", ["' OR 1=1 --", '"; DROP TABLE statements; --', "1) UNION SELECT password", "%", "_", "\\"]
)
def test_sql_is_words(desk, path, words):
    """SQL in a query is only words."""
    before = Ledger(path).table()
    for name in ("q", "speaker", "issue", "outlet", "affiliation"):
        assert "No statement fits" in desk.get("/search", params={name: words}).text
    assert desk.get(f"/articles/{words.replace('%', '%25')}").status_code == 404
    assert Ledger(path).table().equals(before)


def test_an_oversize_body_is_refused(open_desk, path):
    """An oversized request body is refused."""
    desk = open_desk(path, limits=Limits(body=10_000))
    assert send(desk, "/add", text="x" * 20_000).status_code == 413

    def endless():
        for _ in range(100):
            yield b"x" * 1_000

    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert desk.post("/add", content=endless(), headers=headers).status_code == 413


def read(data, name="a.zip"):
    """What the desk makes of an upload, opened here instead of in the worker."""
    found = []
    for content in uploads.uploaded([uploads.Upload(name, data)], MetadataDefaults())():
        found += [content] if isinstance(content, SourceError) else worker.articles_of_file(content, [])
    return found


def zipped(files, method=zipfile.ZIP_DEFLATED):
    """Build a zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return out.getvalue()


def test_a_word_document_is_no_archive():
    """Claim: a .docx is read as a document, by itself and inside an archive, though it is a zip archive too."""
    data = docx("<w:p><w:r><w:t>The mayor said that the dam must wait until the spring.</w:t></w:r></w:p>")
    (direct,) = read(data, "a.docx")
    (inside,) = read(zipped([("a.docx", data)]))
    assert isinstance(direct, Article)
    assert isinstance(inside, Article)
    assert direct.text == inside.text


def test_a_zip_bomb_is_not_unpacked():
    """Claim: neither a bomb nor one that lies about its size is unpacked, nor an archive inside an archive."""
    bomb = zipped([(f"{n}.txt", b"0" * 30_000_000) for n in range(5)])
    assert len(bomb) < 200_000
    (error,) = read(bomb)
    assert isinstance(error, SourceError)
    assert "would unpack to 150 MB" in error.reason
    lie = bytearray(zipped([("a.txt", b"0" * 30_000_000)]))
    size = (30_000_000).to_bytes(4, "little")
    while size in lie:  # the sizes that are declared say 10 bytes
        at = lie.index(size)
        lie[at : at + 4] = (10).to_bytes(4, "little")
    assert all(isinstance(item, SourceError) or len(item.text) <= 10 for item in read(bytes(lie)))
    nested = zipped([("inner.zip", bomb)])
    assert "an archive inside an archive" in read(nested)[0].reason


def test_a_file_name_is_a_label_only(tmp_path):
    """The name of an upload is a label and never a path."""
    said = b"The minister said that the dam must wait until spring, and that nobody had asked her."
    for name in ("../../evil.txt", "/etc/cron.d/evil.txt", "..\\..\\evil.txt"):
        (direct,) = read(said, name)
        (inside,) = read(zipped([(name, said)]))
        assert isinstance(direct, Article)
        assert direct.name == "evil.txt"
        assert inside.name.startswith("a.zip/")
    assert not (tmp_path.parent / "evil.txt").exists()


def test_files_of_other_kinds_say_why():
    """Uploads of other kinds are refused with the reason."""
    for name, data in (("a.exe", b"MZ"), ("b.zip", b"PK\x03\x04broken"), ("c.txt", b""), ("d.txt", b"\0\1\2\xff" * 50)):
        (item,) = read(data, name)
        assert isinstance(item, SourceError)
        assert item.source.startswith(name)
        assert "/tmp" not in str(item)


def test_guessing_at_one_address_holds_back_one_account_there(open_desk, path, people):
    """Claim: whoever guesses a password behind a proxy holds up nobody else there, however many names are tried."""
    desk = open_desk(path, coder=None, limits=Limits(login_tries=3))
    for name in ("Adam", *(f"Nobody {n}" for n in range(30))):
        for _ in range(3):
            log_in(desk, name, "wrong wrong wrong")
    assert log_in(desk, "Adam").status_code == 429
    assert log_in(desk, "Cora").status_code == 303


def test_an_owner_cannot_be_locked_out_from_elsewhere():
    """Claim: very many failures of an account hold back new addresses alone; one that has entered it goes on."""
    brake = LoginThrottle(3, 300.0)
    brake.entered("adam", "10.0.0.1")
    for number in range(100):
        brake.refused("adam", f"10.9.0.{number}")
    assert brake.wait("adam", "10.0.0.1") == 0
    assert brake.wait("adam", "10.9.9.9") > 0
    assert brake.wait("cora", "10.9.0.1") == 0


@pytest.mark.parametrize("days", ["00365099", "000019999999", "0", "3651", "٣", "1e3", "-1"])
def test_the_life_of_a_token_is_bounded(open_desk, path, people, days):
    """Claim: a token lasts 1 to 3650 days, however the number is written."""
    desk = open_desk(path, coder=None)
    log_in(desk, "Cora")
    answer = send(desk, "/account/tokens", "/account", label="a", days=days)
    assert "1 to 3650" in answer.text


@pytest.mark.parametrize("address", ["/jobs/" + "9" * 4_400, "/jobs/-1", "/jobs/1e3"])
def test_a_number_in_an_address_is_bounded(desk, address):
    """Claim: no number in an address is an error of the server."""
    assert desk.get(address).status_code == 404
    assert send(desk, "/undo/" + "9" * 4_400).status_code == 404
