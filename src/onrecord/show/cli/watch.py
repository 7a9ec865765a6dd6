"""Run `onrecord watch`: follow feeds and sitemaps."""

from __future__ import annotations

import functools
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onrecord.show.cli.errors import say
from onrecord.show.cli.ledgers import adaptation_for, given_codebook, watch_state
from onrecord.show.cli.options import Store, flat
from onrecord.show.cli.output import counted, write_json

if TYPE_CHECKING:
    from onrecord.runners.watch import Watch


@flat
def watch(
    feeds: Annotated[
        Path, typer.Argument(metavar="FEEDS", help="The feeds and sitemaps: OPML, or a YAML list of addresses.")
    ],
    store: Store,
    codebook: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The issues to follow (YAML).  [default: the ledger's last codebook]"),
    ] = None,
    state: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="State file of the watch.  [default: the ledger's path and .watch]"),
    ] = None,
    every: Annotated[float, typer.Option(min=1, metavar="SECONDS", help="Time between two checks of a feed.")] = 900.0,
    delay: Annotated[
        float, typer.Option(min=0, metavar="SECONDS", help="Shortest time between two requests to one host.")
    ] = 1.0,
    agent: Annotated[
        str | None, typer.Option(metavar="TEXT", help="User agent of the requests, with a contact address.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Serve /health and /metrics on 127.0.0.1 at this port.")
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Process what is due once, then exit.")] = False,
    timeout: Annotated[
        float, typer.Option(min=0.1, metavar="SECONDS", help="Skip an article after this many seconds.")
    ] = 60.0,
    memory: Annotated[
        int, typer.Option(min=300, metavar="MB", help="Skip an article if its worker exceeds this (incl. model).")
    ] = 2_000,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Also fetch private and local addresses.")
    ] = False,
) -> None:
    """Watch feeds and sitemaps: read what is new, report what was changed, link what is a reprint.

    Prints one JSON line for each event: article, version (a page that changed), edit (a quotation that was changed in
    place), reprint, failed, left out, feed failed. Stops at SIGTERM or Ctrl-C after the current article, and goes on
    where it was when started again. Hosts' robots.txt are kept to.
    """
    from onrecord import pipeline
    from onrecord.errors import LedgerError
    from onrecord.read.crawler import AGENT, Crawler
    from onrecord.read.feeds import load_feeds
    from onrecord.record import Ledger
    from onrecord.record.archive import is_archive
    from onrecord.runners import Bounds
    from onrecord.runners.health import served
    from onrecord.runners.watch import Schedule, Watch
    from onrecord.runners.watch_state import WatchState
    from onrecord.runners.worker_pool import IsolatedReader

    if is_archive(store.ledger):
        raise LedgerError(f"{store.ledger}: an archive; a watch writes to a ledger")
    found = load_feeds(feeds)
    with ExitStack() as stack:
        ledger = stack.enter_context(Ledger(store.ledger))
        book = given_codebook(codebook) or ledger.codebook()
        seen = WatchState(state or watch_state(store.ledger))
        stack.callback(seen.close)
        stop = threading.Event()
        build = functools.partial(pipeline.load, book, None, adaptation_for(ledger, None))
        reader = IsolatedReader(build, Bounds(seconds=timeout, megabytes=memory), stop)
        stack.callback(reader.close)
        made = Watch(
            found, seen, ledger, reader.read, call=reader.call, codebook=book, reader=reader.version,
            polite=Crawler(
                agent=agent or AGENT, delay=delay, wait=stop.wait, over=stop.is_set, allow_private=allow_private
            ),
            schedule=Schedule(every=every),
        )  # fmt: skip
        made.stop = stop
        if port is not None:
            say(f"health and metrics on http://127.0.0.1:{stack.enter_context(served(made.metrics, port))}")
        say(f"watching {counted(len(found), 'feed')}; the ledger is {store.ledger}")
        with _stopped_by_signals(made):
            for event in made.run(once=once):
                write_json({"event": event.kind, "url": event.url, **event.detail})
    say("stopped; what was read is kept" if stop.is_set() else "done")


@contextmanager
def _stopped_by_signals(made: Watch) -> Iterator[None]:
    """Stop the watch after the current step on SIGTERM and Ctrl-C; does nothing outside the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, lambda *_: made.stop.set()) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
