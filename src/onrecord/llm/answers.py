"""Keep answers of language models: a folder of JSON files, one for each question, named by the question's hash.

The hash covers the model, the messages (the prompt and the text are in them) and the schema, and not the address, so
that a run can be repeated, byte for byte, on a machine that reaches no endpoint.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from onrecord.errors import LanguageModelError
from onrecord.llm.endpoint import Completion, Endpoint, Message

FORMAT = 1


@dataclass(frozen=True, slots=True)
class AnswerCache:
    """Cache answers in a folder; None caches nothing."""

    folder: Path | None = None

    def find(self, key: str) -> Completion | None:
        """Return the answer to a question that was asked before; LanguageModelError if its file is damaged."""
        path = self._path(key)
        if path is None or not path.exists():
            return None
        try:
            return Completion(**json.loads(path.read_text(encoding="utf-8")))
        except (ValueError, TypeError) as error:
            raise LanguageModelError(f"{path}: a damaged answer ({error}); delete the file to ask again") from error

    def keep(self, key: str, reply: Completion) -> None:
        """Write an answer; the file appears whole."""
        path = self._path(key)
        if path is None:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as handle:
            json.dump(asdict(reply), handle, ensure_ascii=True, indent=1)
        os.replace(handle.name, path)

    def replies(self) -> list[Completion]:
        """Return all answers, for measuring how long and how many tokens one takes."""
        if self.folder is None:
            return []
        return [Completion(**json.loads(path.read_text("utf-8"))) for path in sorted(self.folder.glob("*/*.json"))]

    def _path(self, key: str) -> Path | None:
        return None if self.folder is None else self.folder / key[:2] / f"{key}.json"


def question_key(endpoint: Endpoint, messages: Sequence[Message], schema: Mapping[str, Any]) -> str:
    """Hash a question: model, messages and schema (SHA-256, hex)."""
    parts = [FORMAT, endpoint.model, endpoint.max_tokens, [dict(message) for message in messages], schema]
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=True).encode("ascii")).hexdigest()
