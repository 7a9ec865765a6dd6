"""Serve health and metrics of a watch over HTTP, on the loopback address alone."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from onrecord.errors import RunnerError
from onrecord.read.http import without_password
from onrecord.runners.watch import Metrics

# A slow page and a long article take less; beyond this the watch is unhealthy.
STALE_SECONDS = 300.0


@contextmanager
def served(metrics: Metrics, port: int) -> Iterator[int]:
    """Serve `/health` and `/metrics` on 127.0.0.1 while the block runs; yields the port, a free one for 0."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self) -> None:
            if self.path == "/metrics":
                self._answer(200, "text/plain; version=0.0.4", metrics.text())
            elif self.path == "/health":
                age = metrics.age()
                failing = [one | {"url": without_password(str(one["url"]))} for one in metrics.failing()]
                state = {"ok": age < STALE_SECONDS, "seconds_since_beat": round(age, 1), "failing_feeds": failing}
                body = json.dumps(state)
                self._answer(200 if age < STALE_SECONDS else 503, "application/json", body + "\n")
            else:
                self._answer(404, "text/plain", "/health or /metrics\n")

        def _answer(self, status: int, media: str, body: str) -> None:
            data = body.encode()
            self.send_response(status)
            self.send_header("Content-Type", media)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: the standard error is for what the user should know."""

    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    except OSError as error:
        raise RunnerError(f"port {port} cannot be served ({error.strerror}); give another --port, or 0") from error
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
