"""An OpenAI-compatible server on 127.0.0.1 that answers as it is told to."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[dict[str, Any]], "Scripted"]


@dataclass
class Scripted:
    """One HTTP answer; `content` becomes a chat completion unless `raw` is given."""

    content: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    slow: float = 0.0
    finish: str = "stop"

    def body(self) -> bytes:
        """Return the scripted body."""
        if self.raw is not None:
            return self.raw
        choice = {"message": {"role": "assistant", "content": self.content}, "finish_reason": self.finish}
        return json.dumps({"choices": [choice], "usage": {"prompt_tokens": 100, "completion_tokens": 20}}).encode()


@dataclass
class Fake:
    """The server's address, and every request that it got."""

    url: str
    asked: list[dict[str, Any]]
    headers: list[dict[str, str]]


@contextmanager
def serving(answer: Answer) -> Iterator[Fake]:
    """Serve on a free port until the block ends."""
    asked: list[dict[str, Any]] = []
    headers: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append(body)
            headers.append(dict(self.headers))
            made = answer(body)
            time.sleep(made.slow)
            data = made.body()
            try:
                self.send_response(made.status)
                for name, value in made.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)
            except (BrokenPipeError, ConnectionResetError):
                pass  # the client has stopped waiting, which is what a test of slowness wants

        def log_message(self, format: str, *args: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield Fake(f"http://127.0.0.1:{server.server_port}/v1", asked, headers)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
