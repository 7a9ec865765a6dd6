"""Fetching again and again without being a burden: robots.txt, one request a host at a time, conditional requests,
longer pauses after errors, and a name by which a host can tell who asks.
"""

from __future__ import annotations

import random
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any
from urllib.parse import urljoin, urlsplit

from onrecord.errors import SourceError
from onrecord.read.fetch import (
    CONNECT_SECONDS,
    MAX_REDIRECTS,
    TOTAL_SECONDS,
    Fetched,
    body_of,
    is_address,
    still_opener,
)

AGENT = "OnRecordBot/0.1 (+https://onrecord.example.org/bot)"
ROBOTS_SECONDS = 24 * 3600.0
LONGEST_DELAY = 60.0  # of a robots.txt that asks for more, no more is given


@dataclass(frozen=True, slots=True)
class Answer:
    """What a host answered: the page, or None where it has not changed; and what to ask with the next time."""

    page: Fetched | None
    etag: str | None = None
    modified: str | None = None


class Later(SourceError):
    """The host asks for patience, or does not answer: `seconds` is when to try again."""

    def __init__(self, source: str, reason: str, seconds: float) -> None:
        super().__init__(source, reason)
        self.seconds = seconds

    def __reduce__(self) -> tuple[type[Later], tuple[str, str, float]]:  # type: ignore[override]
        return type(self), (self.source, self.reason, self.seconds)


class Gone(SourceError):
    """The page is not to be had: forbidden, missing, or not for robots."""


@dataclass(slots=True)
class _Host:
    free: float = 0.0
    failures: int = 0
    robots: Any = None  # Protego's rules, once they were asked for
    robots_until: float = 0.0
    delay: float = 0.0


@dataclass(slots=True)
class Polite:
    """Fetches pages, at least `delay` seconds between two requests to a host.

    `wait` sleeps; `over` tells that nobody waits for the answer any more, so that a slow one is let go of.
    """

    agent: str = AGENT
    delay: float = 1.0
    total_seconds: float = TOTAL_SECONDS
    base: float = 30.0
    longest: float = 6 * 3600.0
    wait: Callable[[float], object] = time.sleep
    over: Callable[[], bool] = lambda: False
    clock: Callable[[], float] = time.monotonic
    dice: random.Random = field(default_factory=random.Random)
    _hosts: dict[str, _Host] = field(default_factory=dict)

    def get(self, url: str, *, etag: str | None = None, modified: str | None = None) -> Answer:
        """The page at `url`; Later or Gone (both SourceError) where there is none now, or at all.

        A redirect is followed as if it had been asked for itself: by the rules and at the pace of the host it leads to.
        """
        headers = {"If-None-Match": etag, "If-Modified-Since": modified}
        given = {key: value for key, value in headers.items() if value}
        place = url
        for _ in range(MAX_REDIRECTS + 1):
            host = self._host(place)
            if not self._allowed(host, place):
                raise Gone(url, "its host's robots.txt does not want it fetched")
            answer = self._ask(host, place, url, given)
            if isinstance(answer, Answer):
                return answer
            place = answer
        raise Gone(url, f"redirected more than {MAX_REDIRECTS} times")

    def _host(self, url: str) -> _Host:
        return self._hosts.setdefault(urlsplit(url).netloc.lower(), _Host(delay=self.delay))

    def _ask(self, host: _Host, place: str, url: str, headers: dict[str, str]) -> Answer | str:
        """One request to `place`, on the way from `url`: what is there, or where it leads."""
        pause = host.free - self.clock()
        if pause > 0:
            self.wait(pause)
        named = {"User-Agent": self.agent, "Accept": "*/*;q=0.8", "Accept-Encoding": "gzip", **headers}
        request = urllib.request.Request(place, headers=named)
        deadline = self.clock() + self.total_seconds
        try:
            with still_opener().open(request, timeout=min(CONNECT_SECONDS, self.total_seconds)) as answer:
                data = body_of(answer, url, deadline, self.clock, self.over)
                head = answer.headers
                page = Fetched(data, place, head.get_content_type(), head.get_content_charset())
                host.failures = 0
                return Answer(page, head.get("ETag"), head.get("Last-Modified"))
        except urllib.error.HTTPError as error:
            error.close()
            if error.code in (301, 302, 303, 307, 308) and error.headers.get("Location"):
                return self._redirected(host, place, url, error.headers["Location"])
            if error.code == 304:
                host.failures = 0
                return Answer(None)
            raise self._refused(host, url, error) from error
        except (OSError, HTTPException, ValueError) as error:
            reason = error.reason if isinstance(error, urllib.error.URLError) else error
            line = " ".join(str(reason).split())[:160] or "no answer in time"
            raise Later(url, f"cannot be fetched ({line})", self._back_off(host)) from error
        finally:
            host.free = self.clock() + host.delay

    def _redirected(self, host: _Host, place: str, url: str, to: str) -> str:
        host.failures = 0
        target = urljoin(place, to.strip())
        if not is_address(target):
            raise Gone(url, f"redirected to {target[:80]}, which is no web address")
        return target

    def _refused(self, host: _Host, url: str, error: urllib.error.HTTPError) -> SourceError:
        reason = f"the server answers {error.code} {' '.join(str(error.reason).split())[:120]}"
        if error.code in (408, 425, 429) or error.code >= 500:
            asked = error.headers.get("Retry-After", "") if error.headers else ""
            seconds = self._back_off(host)
            return Later(url, reason, max(seconds, min(float(asked), self.longest)) if asked.isdigit() else seconds)
        return Gone(url, reason)

    def _back_off(self, host: _Host) -> float:
        """Twice as long after each failure in a row, give or take a half: many watchers must not come back at once."""
        host.failures += 1
        seconds: float = min(self.longest, self.base * 2.0 ** min(host.failures - 1, 20))
        return seconds * (0.5 + self.dice.random())

    def _allowed(self, host: _Host, url: str) -> bool:
        if host.robots is None or self.clock() > host.robots_until:
            host.robots = self._robots(host, url)
            host.robots_until = self.clock() + ROBOTS_SECONDS
            asked = host.robots.crawl_delay(self.agent)
            host.delay = max(self.delay, min(float(asked), LONGEST_DELAY) if asked else 0.0)
        return bool(host.robots.can_fetch(url, self.agent))

    def _robots(self, host: _Host, url: str) -> Any:
        """The host's rules; none where it has none (4xx). Where it fails, nothing is fetched (RFC 9309, 2.3.1).

        By Protego, as the standard library knows neither `*` and `$` in a path nor that the longest rule wins.
        """
        from protego import Protego

        parts = urlsplit(url)
        place = start = f"{parts.scheme}://{parts.netloc}/robots.txt"
        try:
            for _ in range(MAX_REDIRECTS + 1):  # on other hosts too, whose own rules do not matter here (2.3.1.2)
                answer = self._ask(self._host(place), place, start, {})
                if isinstance(answer, Answer):
                    data = answer.page.data[:500_000] if answer.page is not None else b""
                    return Protego.parse(data.decode("utf-8", "replace"))
                place = answer
        except Gone:
            pass
        return Protego.parse("")
