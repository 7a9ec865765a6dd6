"""Ask an OpenAI-compatible endpoint for JSON: one POST to `chat/completions`, with retries.

The default address is Ollama's on this machine. Another host is asked only where its address is given; no environment
variable of another program names one.
"""

from __future__ import annotations

import ipaddress
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

from onrecord.errors import LanguageModelError

LOCAL = "http://127.0.0.1:11434/v1"
RETRIED = (408, 409, 425, 429, 500, 502, 503, 504)
LONGEST_WAIT = 60.0
MOST_BYTES = 8_000_000
Message = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Describe a model, its address, and how to ask it.

    Raises:
        LanguageModelError: the address is not HTTP, or a key would cross the network in clear text.
    """

    model: str
    url: str = LOCAL
    key: str = field(default="", repr=False)
    seconds: float = 120.0
    attempts: int = 4
    max_tokens: int = 4_096
    wait: Callable[[float], object] = field(default=time.sleep, repr=False)

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise LanguageModelError(f"{self.url!r} is not an address of an endpoint (http://HOST:PORT/v1)")
        if self.key and parts.scheme == "http" and not self.local:
            raise LanguageModelError(f"{self.url}: a key is sent over https only; use https or remove the key")

    @property
    def local(self) -> bool:
        """Tell whether the endpoint is on this machine."""
        host = urlsplit(self.url).hostname or ""
        try:
            return host == "localhost" or ipaddress.ip_address(host).is_loopback
        except ValueError:
            return False

    def ask(self, messages: Sequence[Message], schema: Mapping[str, Any]) -> Completion:
        """Ask for an answer that follows a JSON Schema.

        Raises:
            LanguageModelError: no answer after all attempts, or a refusal that another attempt would not change.
        """
        body: dict[str, Any] = {
            "model": self.model,
            "messages": [dict(message) for message in messages],
            "temperature": 0,
            "seed": 0,
            "max_tokens": self.max_tokens,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "answer", "strict": True, "schema": schema},
            },
        }
        begun = time.monotonic()
        with httpx.Client(timeout=self.seconds, trust_env=not self.local, follow_redirects=False) as client:
            data = self._post(client, body)
        return _reply(self.url, data, time.monotonic() - begun)

    def _post(self, client: httpx.Client, body: dict[str, Any]) -> Any:
        reason, delay = "no attempt was made", 0.0
        for attempt in range(self.attempts):
            if attempt:
                self.wait(min(LONGEST_WAIT, delay))
            delay = 2.0**attempt
            try:
                status, headers, raw = self._sent(client, body)
            except httpx.HTTPError as error:
                reason = f"no answer ({type(error).__name__}: {error})"
                continue
            if status == 400 and "response_format" in body:
                # Some servers know no JSON Schema; the prompt has it in words, and the answer is checked anyway.
                body = {name: value for name, value in body.items() if name != "response_format"}
                reason = f"answered {status}"
                delay = 0.0
                continue
            if status in RETRIED:
                reason = f"answered {status}"
                delay = _seconds(headers.get("retry-after"), delay)
                continue
            if status != 200:
                raise LanguageModelError(f"{self.url}: answered {status}: {_excerpt(raw)}")
            try:
                return json.loads(raw)
            except ValueError:
                reason = f"answered no JSON: {_excerpt(raw)}"
        raise LanguageModelError(f"{self.url}: {reason}, {self.attempts} times")

    def _sent(self, client: httpx.Client, body: dict[str, Any]) -> tuple[int, httpx.Headers, bytes]:
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        raw = b""
        end = time.monotonic() + self.seconds
        with client.stream("POST", f"{self.url.rstrip('/')}/chat/completions", json=body, headers=headers) as answer:
            for chunk in answer.iter_bytes():
                raw += chunk
                if len(raw) > MOST_BYTES:
                    raise LanguageModelError(f"{self.url}: the answer is larger than {MOST_BYTES} bytes")
                if time.monotonic() > end:
                    raise httpx.ReadTimeout(f"more than {self.seconds:g} s")
            return answer.status_code, answer.headers, raw


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """Hold a model's answer; tokens are 0 where the server does not count them."""

    content: str
    tokens_in: int
    tokens_out: int
    seconds: float


def _reply(url: str, data: Any, seconds: float) -> Completion:
    try:
        choice = data["choices"][0]
        content = choice["message"]["content"]
        usage = data.get("usage") or {}
        tokens = int(usage.get("prompt_tokens") or 0), int(usage.get("completion_tokens") or 0)
        if not isinstance(content, str):
            raise TypeError("no text")
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise LanguageModelError(f"{url}: the answer is not a chat completion ({error!r})") from error
    if choice.get("finish_reason") == "length":
        raise LanguageModelError(f"{url}: the answer was cut off; raise the number of tokens that the server allows")
    return Completion(content=content, tokens_in=tokens[0], tokens_out=tokens[1], seconds=seconds)


def _excerpt(raw: bytes) -> str:
    return " ".join(raw[:200].decode("utf-8", "replace").split())


def _seconds(value: str | None, otherwise: float) -> float:
    try:
        return max(0.0, float(value)) if value else otherwise
    except ValueError:
        return otherwise
