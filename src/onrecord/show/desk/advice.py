"""Say what to do next about an error, in the browser: the command line's advice names commands."""

from __future__ import annotations

from onrecord.errors import (
    CodebookError,
    CodecError,
    LanguageModelError,
    LedgerBusy,
    LedgerError,
    LedgerReadOnly,
    ModelError,
    OnRecordError,
    RunnerError,
    SpanError,
    StatementNotFound,
    TableError,
)

ADVICE: dict[type[OnRecordError], str] = {
    OnRecordError: "go back, look at what you gave, and try again",
    CodecError: "look at what you gave, and send it again",
    CodebookError: "mend it, and send it again",
    TableError: "look at the address, or begin again on the Overview",
    ModelError: "ask whoever runs this desk to install OnRecord again, or to name another model",
    LanguageModelError: "ask whoever runs this desk to look at the endpoint, its model and its log",
    SpanError: "select the words again",
    RunnerError: "try again; if it stays so, ask whoever runs this desk to look at its log",
    LedgerError: "look at what you gave; if it is right, ask whoever runs this desk to run `onrecord verify`",
    LedgerBusy: "wait a moment, and try again",
    LedgerReadOnly: "ask whoever runs this desk for the right to write to it",
    StatementNotFound: "look for the statement with Search",
}
"""What to do by kind of error, where the advice of the kind itself would not fit a browser."""

BY_STATUS = {
    400: "go back, and give it in this form",
    401: "log in, and try again",
    403: "go back, or ask an admin of this desk",
    404: "look for it with Search, or begin again on the Overview",
    405: "begin again on the Overview",
    409: "load the page again",
    413: "give less at once",
    415: "give it in another form",
    422: "go back, look at what you gave, and send it again",
    429: "wait a moment, and try again",
    503: "wait a moment, and try again",
}
"""What to do by the status of an answer, where the message does not say."""


def explained(error: OnRecordError) -> str:
    """Return the message of an error with what to do next, unless it says so itself."""
    kinds = (kind for kind in type(error).__mro__ if kind in ADVICE or "advice" in vars(kind))
    kind = next(kinds, OnRecordError)
    return joined(str(error), ADVICE.get(kind, error.advice))


def joined(message: str, advice: str) -> str:
    """Return a message with the advice behind it, unless it gives some already."""
    if "; " in message or "pip install" in message or not advice:
        return message
    return f"{message.rstrip('.')}; {advice}"
