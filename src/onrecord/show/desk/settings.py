"""Define the settings of a desk."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limit what comes in: bytes of a request, seconds and megabytes of reading an article, seconds of a fetch.

    `pages` are KiB of SQLite's pages that each of up to 15 connections keeps, `concurrency` the requests that
    are worked on at the same time.
    """

    body: int = 32_000_000
    form_text: int = 10_000_000
    files: int = 200
    article_seconds: float = 60.0
    article_megabytes: int = 2_000
    fetch_bytes: int = 10_000_000
    fetch_seconds: float = 30.0
    login_tries: int = 5
    login_window: float = 300.0
    pages: int = 8_192
    concurrency: int = 2
    page: int = 50
    jobs: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Hold the ledger, who may come in, and the host names of the desk.

    With `coder` one person uses the desk without login, under this name; without, people log in. `hosts` are the
    names that a request may address (a page on another name that points here is refused). `secure` marks cookies for
    HTTPS only. `private` lets addresses of the local network be fetched for users.
    """

    ledger: str
    coder: str | None = None
    hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "[::1]")
    secure: bool = False
    session: timedelta = timedelta(hours=12)
    private: bool = False
    limits: Limits = field(default_factory=Limits)
