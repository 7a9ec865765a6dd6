"""Define the exceptions, as a tree that callers can catch at the level they need.

::

    OnRecordError
    ├── SpanError          a span is outside its text or is empty
    ├── CodecError         a record does not follow the schema
    ├── SourceError        a source cannot be read; `source` names it
    │   ├── EmptySource        nothing in it
    │   ├── BinarySource       not text
    │   ├── SourceTooLarge     more text than one article can have
    │   ├── NoArticle          a page without an article
    │   ├── BrokenLine         a JSON line that is broken or lacks a field
    │   ├── UnknownKind        a file of a kind that is not read unless it is named
    │   ├── InternalError      an exception that nobody foresaw: a fault of this program
    │   └── LeftOut            not to be read at all: an image in an archive of the web
    ├── LexiconError       a bundled vocabulary is damaged
    ├── CodebookError      a codebook lacks a field, or is no YAML that we load
    ├── ModelError         a language model is missing or damaged
    ├── LanguageModelError  an endpoint of a larger model does not answer, or not as it should
    ├── RunnerError        the processes that should read do not start
    ├── TableError         a table lacks a column, or an option of an analysis makes no sense
    ├── ExchangeError      a file of another program cannot be read or written
    └── LedgerError        a ledger cannot be opened or written
        ├── NotALedger         the file is something else
        ├── LedgerNewer        written by a newer version
        ├── LedgerBusy         locked by another process
        ├── LedgerReadOnly     no write permission
        ├── StatementNotFound  no such id, or not a unique one
        └── StatementStale     somebody else has replaced it

Every message is one line that names the thing and says what to do.
"""

from __future__ import annotations

from typing import ClassVar


class OnRecordError(Exception):
    """Signal any error that this package raises on purpose; `advice` says what to do where the message does not."""

    advice: ClassVar[str] = "see the --help of the command"


def with_advice(error: OnRecordError) -> str:
    """Return the message of an error, with its kind's advice unless it gives one."""
    message = str(error)
    return message if "; " in message or "pip install" in message else f"{message}; {error.advice}"


class SpanError(OnRecordError, ValueError):
    """Signal a span that is empty, reversed or outside its text."""

    advice = "it is a fault of the program, please report it"


class CodecError(OnRecordError, ValueError):
    """Signal a record that does not follow the schema."""

    advice = "check the value, or run `onrecord verify` on the ledger that holds it"


class SourceError(OnRecordError):
    """Signal a source that cannot be read; `source` names it."""

    advice = "check the source, or get it again"

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(f"{source}: {reason}")
        self.source = source
        self.reason = reason

    def __reduce__(self) -> tuple[type[SourceError], tuple[str, str]]:
        # An exception with two arguments cannot be unpickled without this.
        return type(self), (self.source, self.reason)


class EmptySource(SourceError):
    """Signal an empty source."""


class BinarySource(SourceError):
    """Signal a source that is not text."""


class SourceTooLarge(SourceError):
    """Signal a source with more text than one article can have."""


class NoArticle(SourceError):
    """Signal a page without an article."""


class BrokenLine(SourceError):
    """Signal a JSON line that is broken or lacks a field."""


class UnknownKind(SourceError):
    """Signal a file in a folder or an archive whose kind cannot be read, or is read only when named."""


class InternalError(SourceError):
    """Signal an unexpected exception, which ended the reading of this source alone."""


def internal_error(source: str, error: BaseException) -> InternalError:
    """Describe an unforeseen exception in one line: its type, its message and where it was raised."""
    return InternalError(source, f"skipped: internal error ({describe_exception(error)}), please report")


def describe_exception(error: BaseException) -> str:
    """Give an exception's type, message and the last line of code that it passed, at most 300 characters."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = ""
    if trace is not None:
        file = trace.tb_frame.f_code.co_filename.replace("\\", "/").rpartition("/")[2]
        place = f" at {file}:{trace.tb_lineno}"
    message = " ".join(str(error).split())
    return f"{type(error).__name__}{': ' * bool(message)}{message[: 240 - len(place)]}{place}"


class IgnoredSource(SourceError):
    """Signal a source that is no article and was not named by the user: it is skipped, and not a failure."""


class LexiconError(OnRecordError):
    """Signal a damaged bundled vocabulary."""

    advice = "install OnRecord again"


class CodebookError(OnRecordError):
    """Signal a codebook that lacks a field or cannot be parsed."""

    advice = "mend it, and look with `onrecord codebook check`"


class ModelError(OnRecordError):
    """Signal a model that is missing or damaged."""

    advice = "install OnRecord again, or name another model"


class LanguageModelError(OnRecordError):
    """Signal an endpoint of a large language model that does not answer, or answers in the wrong form."""

    advice = "check the endpoint's address, its model and its log"


class RunnerError(OnRecordError):
    """Signal worker processes that do not start."""

    advice = "try fewer --workers, or none"


class TableError(OnRecordError, ValueError):
    """Signal a table that lacks a column, or an invalid option of an analysis."""

    advice = "see the --help of the command"


class ExchangeError(OnRecordError):
    """Signal a file of another program that cannot be read or written."""

    advice = "check that it is the right file, whole and of this format"


class PluginError(OnRecordError):
    """Report that another package's reader, format or classifier is missing or cannot be loaded."""

    advice = "install or update the package that brings it"


class LedgerError(OnRecordError):
    """Signal a ledger that cannot be opened or written."""

    advice = "check the name, and run `onrecord verify` on the ledger"


class NotALedger(LedgerError):
    """Signal a file that is not a ledger."""


class LedgerNewer(LedgerError):
    """Signal a ledger that a newer version wrote."""


class LedgerBusy(LedgerError):
    """Signal a ledger that another process has locked."""


class LedgerReadOnly(LedgerError):
    """Signal missing write permission."""


class StatementNotFound(LedgerError):
    """Signal a statement id that is unknown or ambiguous."""

    advice = "`onrecord statements` lists the ids"


class StatementStale(LedgerError):
    """Signal a statement that somebody else has replaced in the meantime."""

    advice = "load it again"
