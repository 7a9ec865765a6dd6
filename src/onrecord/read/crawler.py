"""Fetch pages repeatedly and politely.

The crawler follows robots.txt, sends one request to a host at a time, makes conditional requests, waits longer after
each error, and identifies itself.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from onrecord.errors import SourceError
from onrecord.read.http import (
    MAX_REDIRECTS,
    TOTAL_SECONDS,
    AddressRefused,
    FetchedPage,
    HttpClient,
    HttpResponse,
    Resolve,
    Unreachable,
    is_address,
    resolve,
    without_password,
)

AGENT = "OnRecordBot/0.1"
ROBOTS_SECONDS = 24 * 3600.0
MAX_DELAY = 60.0  # a longer delay in robots.txt is cut to this


@dataclass(frozen=True, slots=True)
class CrawlResponse:
    """Hold a host's answer: the page, or None if it has not changed, and the validators for the next request."""

    page: FetchedPage | None
    etag: str | None = None
    modified: str | None = None


class RetryLater(SourceError):
    """Signal a host that asks to wait or does not answer; `seconds` says when to try again."""

    def __init__(self, source: str, reason: str, seconds: float) -> None:
        super().__init__(source, reason)
        self.seconds = seconds

    def __reduce__(self) -> tuple[type[RetryLater], tuple[str, str, float]]:  # type: ignore[override]
        return type(self), (self.source, self.reason, self.seconds)


class PageUnavailable(SourceError):
    """Signal a page that cannot be fetched: forbidden, missing or excluded by robots.txt."""


@dataclass(slots=True)
class _Host:
    free: float = 0.0
    failures: int = 0
    robots: Any = None  # Protego's rules, once they were asked for
    robots_until: float = 0.0
    delay: float = 0.0


@dataclass(slots=True)
class Crawler:
    """Fetch pages, waiting at least `delay` seconds between two requests to a host.

    `wait` sleeps; `over` tells that the answer is no longer wanted, so that a slow one is abandoned. Private
    addresses are not asked unless `allow_private`.
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
    allow_private: bool = False
    resolver: Resolve = resolve
    _hosts: dict[str, _Host] = field(default_factory=dict)
    _client: HttpClient | None = None

    def get(self, url: str, *, etag: str | None = None, modified: str | None = None) -> CrawlResponse:
        """Fetch the page at `url`.

        A redirect follows the rules and the pace of the host it leads to.

        Raises:
            RetryLater: there is no page now.
            PageUnavailable: there is no page at all.
        """
        headers = {"If-None-Match": etag, "If-Modified-Since": modified}
        defaults = {key: value for key, value in headers.items() if value}
        place = url
        url = without_password(url)
        for _ in range(MAX_REDIRECTS + 1):
            host = self._host(place)
            if not self._allowed(host, place):
                raise PageUnavailable(
                    url, "its host's robots.txt forbids fetching it; ask the publisher, or save the page"
                )
            answer = self._ask(host, place, url, defaults)
            if isinstance(answer, CrawlResponse):
                return answer
            place = answer
        raise PageUnavailable(url, f"redirected more than {MAX_REDIRECTS} times; check the address")

    def _host(self, url: str) -> _Host:
        return self._hosts.setdefault(_network_location(url), _Host(delay=self.delay))

    def _ask(self, host: _Host, place: str, url: str, headers: dict[str, str]) -> CrawlResponse | str:
        """Send one request for `place`, on the way from `url`; return the answer or the address it redirects to."""
        pause = host.free - self.clock()
        if pause > 0:
            self.wait(pause)
        if self._client is None:
            self._client = HttpClient(
                agent=self.agent, allow_private=self.allow_private, seconds=self.total_seconds, over=self.over,
                resolver=self.resolver,
            )  # fmt: skip
        try:
            reply = self._client.get(place, {"Accept": "*/*;q=0.8", **headers}, shown=url)
        except Unreachable as error:
            raise RetryLater(error.source, error.reason, self._back_off(host)) from error
        except AddressRefused as error:
            raise PageUnavailable(error.source, error.reason) from error
        finally:
            host.free = self.clock() + host.delay
        if reply.status == 200:
            host.failures = 0
            page = FetchedPage(reply.data, without_password(place), reply.media, reply.charset)
            return CrawlResponse(page, reply.headers.get("ETag"), reply.headers.get("Last-Modified"))
        if reply.location is not None:
            host.failures = 0
            if not is_address(reply.location):
                target = without_password(reply.location)[:80]
                raise PageUnavailable(
                    without_password(url), f"redirected to {target}, which is not a web address; check the address"
                )
            return reply.location
        if reply.status == 304:
            host.failures = 0
            return CrawlResponse(None)
        raise self._refused(host, without_password(url), reply)

    def _refused(self, host: _Host, url: str, reply: HttpResponse) -> SourceError:
        answer = f"the server answers {reply.status} {reply.reason[:120]}"
        if reply.status in (408, 425, 429) or reply.status >= 500:
            asked = retry_after(reply.headers.get("Retry-After", ""))
            return RetryLater(
                url, f"{answer}; it is asked again later", max(self._back_off(host), min(asked, self.longest))
            )
        return PageUnavailable(url, f"{answer}; check the address")

    def _back_off(self, host: _Host) -> float:
        """Double the pause after each consecutive failure, with jitter, so that watchers do not all return at once."""
        host.failures += 1
        seconds: float = min(self.longest, self.base * 2.0 ** min(host.failures - 1, 20))
        return seconds * (0.5 + self.dice.random())

    def _allowed(self, host: _Host, url: str) -> bool:
        if host.robots is None or self.clock() > host.robots_until:
            host.robots = self._robots(host, url)
            host.robots_until = self.clock() + ROBOTS_SECONDS
            asked = host.robots.crawl_delay(self.agent)
            host.delay = max(self.delay, min(float(asked), MAX_DELAY) if asked else 0.0)
        return bool(host.robots.can_fetch(url, self.agent))

    def _robots(self, host: _Host, url: str) -> Any:
        """Return the host's robots rules; None if it has none (4xx). If they cannot be fetched, nothing is (RFC
        9309, 2.3.1).

        Protego parses them, as the standard library supports neither `*` and `$` in paths nor that the longest rule
        wins.
        """
        from protego import Protego

        place = start = f"{url.partition('://')[0]}://{_network_location(url)}/robots.txt"
        try:
            for _ in range(MAX_REDIRECTS + 1):  # on other hosts too, whose own rules do not matter here (2.3.1.2)
                answer = self._ask(self._host(place), place, start, {})
                if isinstance(answer, CrawlResponse):
                    data = answer.page.data[:500_000] if answer.page is not None else b""
                    return Protego.parse(data.decode("utf-8", "replace"))
                place = answer
        except PageUnavailable:
            pass
        return Protego.parse("")


def _network_location(url: str) -> str:
    """Return the host and port of an address, in lower case.

    Raises:
        PageUnavailable: it is no address.
    """
    try:
        return urlsplit(url).netloc.lower().rpartition("@")[2]
    except ValueError as error:
        raise PageUnavailable(without_password(url)[:200], "not a valid web address; check it") from error


def retry_after(value: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> float:
    """Parse a `Retry-After` header, a number or a date (RFC 9110, 10.2.3), to seconds; 0 for none."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        when = parsedate_to_datetime(value)
        when = when if when.tzinfo is not None else when.replace(tzinfo=UTC)
        return max(0.0, (when - now()).total_seconds())
    except (TypeError, ValueError, IndexError, OverflowError):
        return 0.0
