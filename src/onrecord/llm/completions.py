"""Ask a question once: from the kept answers, else from the endpoint. What is no valid JSON is asked for again."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from onrecord.errors import LanguageModelError
from onrecord.llm.answers import AnswerCache, question_key
from onrecord.llm.endpoint import Endpoint, Message

AGAIN = "Your answer was not valid: {reason}. Answer again, with JSON only, in the form that was asked for."


@dataclass(slots=True)
class UsageCounts:
    """Count the events of a reading: questions, cached answers, tokens, and refusals by reason."""

    counts: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def count(self, what: str, number: int = 1) -> None:
        """Count something."""
        with self._lock:
            self.counts[what] += number

    def refuse(self, reason: str) -> None:
        """Count something that the model gave and that is not taken."""
        with self._lock:
            self.refused[reason] += 1


def ask_once(
    endpoint: Endpoint, answers: AnswerCache, messages: Sequence[Message], schema: Mapping[str, Any], tally: UsageCounts
) -> list[Mapping[str, Any]]:
    """Return the statements of an answer.

    Raises:
        LanguageModelError: the endpoint does not answer, or two answers in a row do not have the form asked for.
    """
    key = question_key(endpoint, messages, schema)
    cached = answers.find(key)
    if cached is not None:
        tally.count("kept answers")
        return _statements(cached.content)
    said: list[Message] = list(messages)
    for attempt in range(2):
        reply = endpoint.ask(said, schema)
        tally.count("questions")
        tally.count("tokens in", reply.tokens_in)
        tally.count("tokens out", reply.tokens_out)
        try:
            found = _statements(reply.content)
        except LanguageModelError as error:
            tally.count("invalid answers")
            if attempt:
                raise
            said += [
                {"role": "assistant", "content": reply.content[:2_000]},
                {"role": "user", "content": AGAIN.format(reason=error)},
            ]
        else:
            answers.keep(key, reply)
            return found
    raise AssertionError("unreachable")


def _statements(content: str) -> list[Mapping[str, Any]]:
    """Parse the statements of an answer, which may be in a Markdown fence.

    Raises:
        LanguageModelError: the answer is anything else.
    """
    text = content.strip()
    if text.startswith("```"):
        text = text.partition("\n")[2].rpartition("```")[0]
    try:
        found = json.loads(text)["statements"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise LanguageModelError(f"not JSON with `statements` ({type(error).__name__})") from error
    if not isinstance(found, list) or not all(isinstance(one, Mapping) for one in found):
        raise LanguageModelError("`statements` is not a list of objects")
    return found
