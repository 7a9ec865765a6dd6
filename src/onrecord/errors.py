"""What can go wrong, as a tree that callers can catch at the height they need.

::

    OnRecordError
    ├── SpanError          a span lies outside its text or is empty
    ├── CodecError         a record does not follow the schema
    ├── SourceError        a source cannot be read; `source` names it
    │   ├── EmptySource        nothing in it
    │   ├── BinarySource       not text
    │   ├── SourceTooLarge     more text than one article can have
    │   ├── NoArticle          a page without an article
    │   ├── BrokenLine         a JSON line that is broken or lacks a field
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
        ├── LedgerReadOnly     no right to write
        ├── StatementNotFound  no such id, or not a unique one
        └── StatementStale     somebody else replaced it meanwhile

Every message is one line that names the thing and says what to do.
"""

from __future__ import annotations


class OnRecordError(Exception):
    """The root: catch it to catch all that this package raises on purpose."""


class SpanError(OnRecordError, ValueError):
    """A span is empty, reversed or outside its text."""


class CodecError(OnRecordError, ValueError):
    """A record does not follow the schema."""


class SourceError(OnRecordError):
    """A source cannot be read; `source` names it."""

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(f"{source}: {reason}")
        self.source = source
        self.reason = reason

    def __reduce__(self) -> tuple[type[SourceError], tuple[str, str]]:
        # Exceptions with two arguments do not survive the way between processes by themselves.
        return type(self), (self.source, self.reason)


class EmptySource(SourceError):
    """There is nothing in it."""


class BinarySource(SourceError):
    """It is not text."""


class SourceTooLarge(SourceError):
    """It has more text than one article can have."""


class NoArticle(SourceError):
    """A page without an article."""


class BrokenLine(SourceError):
    """A JSON line that is broken or lacks a field."""


class InternalError(SourceError):
    """An unforeseen exception ended the reading of this source, and of this source alone."""


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
    """It is no article by its nature, and nobody asked for it by name: no failure, but said."""


class LexiconError(OnRecordError):
    """A bundled vocabulary is damaged."""


class CodebookError(OnRecordError):
    """A codebook lacks a field, or is no YAML that is loaded."""


class ModelError(OnRecordError):
    """A language model is missing or damaged."""


class LanguageModelError(OnRecordError):
    """An endpoint of a larger language model does not answer, or not as it should."""


class RunnerError(OnRecordError):
    """The processes that should read do not start."""


class TableError(OnRecordError, ValueError):
    """A table lacks a column, or an option of an analysis makes no sense."""


class ExchangeError(OnRecordError):
    """A file of another program cannot be read or written."""


class LedgerError(OnRecordError):
    """A ledger cannot be opened or written."""


class NotALedger(LedgerError):
    """The file is something else."""


class LedgerNewer(LedgerError):
    """The ledger was written by a newer version."""


class LedgerBusy(LedgerError):
    """The ledger is locked by another process."""


class LedgerReadOnly(LedgerError):
    """There is no right to write."""


class StatementNotFound(LedgerError):
    """No statement has this id, or several begin with it."""


class StatementStale(LedgerError):
    """The statement that was to be changed is no longer current: somebody else was faster."""
