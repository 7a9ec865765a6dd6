"""An endpoint is asked with retries, and an answer that is none becomes one error line."""

from __future__ import annotations

import pytest
from tests.unit.llm.fake_server import Scripted, serving

from onrecord.errors import LanguageModelError
from onrecord.llm import Endpoint

SCHEMA = {"type": "object"}
HELLO = [{"role": "user", "content": "hello"}]


def endpoint(url: str, **more: object) -> Endpoint:
    """Make an endpoint that does not wait."""
    return Endpoint(model="m", url=url, wait=lambda seconds: None, **more)  # type: ignore[arg-type]


def test_an_answer_comes_back_with_its_tokens() -> None:
    """The request names model, schema and temperature 0; the reply has the text and the counts."""
    with serving(lambda body: Scripted("{}")) as fake:
        reply = endpoint(fake.url).ask(HELLO, SCHEMA)
    assert (reply.content, reply.tokens_in, reply.tokens_out) == ("{}", 100, 20)
    (body,) = fake.asked
    assert (body["model"], body["temperature"], body["seed"]) == ("m", 0, 0)
    assert body["response_format"]["json_schema"]["schema"] == SCHEMA


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_server_is_asked_again(status: int) -> None:
    """After two failures the third answer counts, and the server's Retry-After is respected."""
    answers = iter([Scripted(status=status, headers={"Retry-After": "7"}), Scripted(status=status), Scripted("ok")])
    waited: list[float] = []
    with serving(lambda body: next(answers)) as fake:
        reply = Endpoint(model="m", url=fake.url, wait=waited.append).ask(HELLO, SCHEMA)
    assert reply.content == "ok"
    assert waited[0] == 7
    assert len(fake.asked) == 3


def test_a_server_that_stays_down_is_one_error() -> None:
    """All attempts fail: the error names the address and the number of attempts."""
    with serving(lambda body: Scripted(status=503)) as fake, pytest.raises(LanguageModelError, match="503, 4 times"):
        endpoint(fake.url).ask(HELLO, SCHEMA)
    with pytest.raises(LanguageModelError, match="no answer"):
        endpoint(fake.url, seconds=1.0).ask(HELLO, SCHEMA)


def test_a_refusal_is_not_repeated() -> None:
    """A wrong key or model is reported at once, with what the server said."""
    with serving(lambda body: Scripted(status=404, raw=b"no such model")) as fake:
        with pytest.raises(LanguageModelError, match="404: no such model"):
            endpoint(fake.url).ask(HELLO, SCHEMA)
        assert len(fake.asked) == 1


def test_a_slow_server_is_given_up() -> None:
    """A server that takes longer than allowed counts as one that does not answer."""
    late = Scripted("late", slow=1.0)
    with serving(lambda body: late) as fake, pytest.raises(LanguageModelError, match="ReadTimeout"):
        endpoint(fake.url, seconds=0.2, attempts=1).ask(HELLO, SCHEMA)


def test_a_server_without_json_schema_is_asked_without_it() -> None:
    """Status 400 to a structured question is followed by the same question without a schema."""
    with serving(lambda body: Scripted(status=400) if "response_format" in body else Scripted("{}")) as fake:
        assert endpoint(fake.url).ask(HELLO, SCHEMA).content == "{}"


@pytest.mark.parametrize(
    "answer",
    [Scripted(raw=b"[]"), Scripted(raw=b'{"choices": []}'), Scripted(raw=b"<html>"), Scripted("{", finish="length")],
)
def test_an_answer_in_another_form_is_an_error(answer: Scripted) -> None:
    """What is no chat completion, or was cut off, is never taken for an answer."""
    with serving(lambda body: answer) as fake, pytest.raises(LanguageModelError):
        endpoint(fake.url).ask(HELLO, SCHEMA)


def test_a_key_does_not_cross_the_network_in_clear_text() -> None:
    """With a key, another host is asked over https only; on this machine http is enough."""
    with pytest.raises(LanguageModelError, match="https"):
        Endpoint(model="m", url="http://models.invalid/v1", key="secret")
    assert Endpoint(model="m", url="https://models.invalid/v1", key="secret").local is False
    assert "secret" not in repr(Endpoint(model="m", key="secret"))
    assert Endpoint(model="m").local


def test_no_environment_variable_names_another_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables of other programs do not send texts away: the default is this machine, past any proxy."""
    for name in ("OPENAI_BASE_URL", "OPENAI_API_BASE", "HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://192.0.2.1:9")
    assert Endpoint(model="m").url.startswith("http://127.0.0.1:")
    with serving(lambda body: Scripted("{}")) as fake:
        assert endpoint(fake.url).ask(HELLO, SCHEMA).content == "{}"
