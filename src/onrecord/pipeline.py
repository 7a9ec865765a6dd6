"""Join the stages: read -> extract -> interpret -> record, for one article and for a stream of them.

This is the only module that joins stages. `load` loads the models once. A `Pipeline` reads one article at a time and
depends on nothing but the article, so that an article gives the same statements in any order and on any engine. `run`
takes sources and a store, reports what fails with its reason, and goes on. All runners write through `BatchWriter`.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from onrecord.core.span import Text
from onrecord.core.statement import Article, Attribution, PartialDate, Statement, describe_article
from onrecord.errors import IgnoredSource, ModelError, OnRecordError, SourceError, internal_error, with_advice
from onrecord.extract import Extractor, load_extractor
from onrecord.interpreter import load_interpreter
from onrecord.read import MetadataDefaults, read_articles
from onrecord.read.boundary import UNSTOPPED

if TYPE_CHECKING:
    from onrecord.classify import Adaptation
    from onrecord.lexicon import Codebook
    from onrecord.record.archive_rows import ReadingRows

# A batch is written after this many statements or seconds, whichever comes first: what a crash can cost at most.
BATCH_STATEMENTS = 2_000
BATCH_SECONDS = 5.0


class StatementBuilder(Protocol):
    """Build statements from attributions."""

    def statements(self, article: Article, attributions: Sequence[Attribution]) -> list[Statement]:
        """Return one statement for each attribution, in text order."""
        ...


class StatementStore(Protocol):
    """Store readings: a ledger or an archive."""

    def add(
        self, results: Iterable[tuple[Article, Sequence[Statement]]], *, codebook: Codebook | None, reader: str
    ) -> object:
        """Store these readings, all or none; those already stored are skipped."""
        ...

    def add_readings(self, readings: Sequence[ReadingRows], *, codebook: Codebook | None, reader: str) -> object:
        """Add readings like `add`, for rows that were serialized and validated elsewhere."""
        ...

    def read_already(self, ids: Sequence[str], *, codebook: Codebook | None, reader: str) -> set[str]:
        """Return the ids of the articles that this reader has read under this codebook."""
        ...

    def same_text(self, article_id: str, text_id: str) -> str | None:
        """Describe an article that has this text under another id; None if this article itself is there."""
        ...


@dataclass(frozen=True, slots=True)
class Result:
    """Hold an article that was read, with its statements."""

    article: Article
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class SerializedResult:
    """Hold an article that was read in another process, as rows of a store, which are cheap to send and to write.

    `result` makes objects of them, which only callers that need objects should ask for.
    """

    reading: ReadingRows

    def __len__(self) -> int:
        """Count the statements."""
        return len(self.reading.statements)

    def result(self) -> Result:
        """Return the article and its statements as objects."""
        article, found = self.reading.to_objects()
        return Result(article, tuple(found))


@dataclass(frozen=True, slots=True)
class Failure:
    """Hold a source that was skipped, with the reason in one line; `ignored` where it is no article by its nature."""

    source: str
    reason: str
    ignored: bool = False


@dataclass(frozen=True, slots=True)
class AlreadyRead:
    """Hold the name of an article that was not read again: this reader has read it under this codebook, or its text.

    `same_text` describes the article that has the text under another outlet, date, title or address.
    """

    article: str
    same_text: str | None = None


Outcome = Result | Failure | AlreadyRead
SerializedOutcome = SerializedResult | Failure | AlreadyRead  # what comes from another process


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Join an extractor and an interpreter, loaded once; `reader` names their version, empty where it is unknown."""

    extractor: Extractor
    interpreter: StatementBuilder
    codebook: Codebook | None = None
    reader: str = ""

    def __repr__(self) -> str:
        return f"Pipeline({self.codebook!r}, {self.reader!r})"

    def statements(self, article: Article) -> list[Statement]:
        """Find the statements of an article, in text order."""
        return self.interpreter.statements(article, self.extractor.attributions(article.text))

    def read_article(self, article: Article) -> Result:
        """Return the statements of one article."""
        return Result(article, tuple(self.statements(article)))


def load(
    codebook: Codebook | Path | str | None = None,
    model: Path | str | None = None,
    adaptation: Adaptation | None = None,
    *,
    classifier: str | None = None,
) -> Pipeline:
    """Load a pipeline with its models.

    Args:
        codebook: the issues to follow, or the path of a YAML file of them; without one issues and stances stay open.
        model: the folder of another tagger than the bundled one.
        adaptation: a calibration refitted for a ledger (`onrecord adapt`).
        classifier: the name of another package's classifier (entry point `onrecord.classifiers`), which takes no
            adaptation.

    Raises:
        CodebookError: the codebook cannot be read or is not valid.
        ModelError: the folder has no usable tagger, or the adaptation was fitted on other models.
        PluginError: no package brings this classifier.
    """
    from onrecord.lexicon import load_codebook

    book = load_codebook(Path(codebook)) if isinstance(codebook, Path | str) else codebook
    try:
        version = reader_version(model, classifier)
        if adaptation is not None:
            version = adapted_version(adaptation, version)
        return Pipeline(load_extractor(model), load_interpreter(book, adaptation, classifier), book, version)
    except OSError as error:
        name = error.filename or model or "the models"
        raise ModelError(f"{name}: {error.strerror or error}; check the path and its permissions") from error


def read_text(
    text: str,
    codebook: Codebook | Path | str | None = None,
    *,
    title: str | None = None,
    outlet: str | None = None,
    date: str | PartialDate | None = None,
) -> list[Statement]:
    """Read the statements of a text, to try a sentence. The models are loaded at the first call and kept.

    Args:
        text: an article, or a sentence of one.
        codebook: the issues to follow, or the path of a YAML file of them.
        title: the article's title.
        outlet: who published it.
        date: when it was published (YYYY-MM-DD, YYYY-MM or YYYY), which decides what "on Monday" means.

    Raises:
        CodebookError: the codebook cannot be read or is not valid.
        CodecError: the date is none.
    """
    from onrecord.lexicon import load_codebook

    book = load_codebook(codebook) if isinstance(codebook, Path | str) else codebook
    published = PartialDate(date) if isinstance(date, str) else date
    article = Article(text=Text(text), name="text", title=title, outlet=outlet, published=published)
    return _loaded(book).statements(article)


@lru_cache(maxsize=4)
def _loaded(codebook: Codebook | None) -> Pipeline:
    return load(codebook)


def reader_version(model: Path | str | None = None, classifier: str | None = None) -> str:
    """Return the version of the reader: the program's version and a hash of twelve hex digits.

    The hash changes with any byte of the bundled data or of the model. Another package's classifier adds its name and
    the version of that package.
    """
    from onrecord import __version__

    data = Path(str(resources.files("onrecord").joinpath("data")))
    other = Path(model) if model and Path(model).is_dir() else None
    seen = hashlib.sha256()
    files = [
        (path.relative_to(data).as_posix(), path)
        for path in data.rglob("[!.]*")
        if path.is_file() and path.name != "manifest.json"
    ]
    chosen = [
        (name, path) for name, path in files if not name.startswith(("sample/", "model/") if other else "sample/")
    ]
    if other is not None:
        chosen += [(f"model/{path.name}", path) for path in other.glob("[!.]*") if path.is_file()]
    for name, path in sorted(chosen):
        with path.open("rb") as stream:
            seen.update(name.encode() + hashlib.file_digest(stream, "sha256").digest())
    other_classifier = ""
    if classifier is not None:
        from onrecord.core import plugins

        other_classifier = f" classifier {classifier} of {plugins.version_of(plugins.CLASSIFIERS, classifier)}"
    return f"onrecord {__version__} data {seen.hexdigest()[:12]}{other_classifier}"


def adapted_version(adaptation: Adaptation, version: str) -> str:
    """Return the version of a reader with an adaptation; ModelError if it was fitted on other models."""
    if adaptation.base != version:
        raise ModelError(
            f"the adaptation {adaptation.name!r} was fitted on {adaptation.base}; run `onrecord adapt` again"
        )
    return f"{version} adapted {adaptation.name} {adaptation.id}"


Read = TypeVar("Read", bound=Outcome | SerializedOutcome)


def deserialize(items: Generator[SerializedOutcome]) -> Generator[Outcome]:
    """Convert the outcomes of another process to objects; closing this generator closes the other one."""
    with closing(items):
        for item in items:
            yield item.result() if isinstance(item, SerializedResult) else item


class BatchWriter:
    """Write what was read to a store in batches, and tell what was read before.

    A result is safe when its batch is written, at the latest by `flush`. `known` may be asked from several threads.
    Without `reprints` an article is left out where another one in the store has the same text.
    """

    def __init__(
        self,
        store: StatementStore | None,
        codebook: Codebook | None,
        reader: str,
        *,
        resume: bool = False,
        reprints: bool = True,
    ) -> None:
        self._resume = resume and bool(reader)
        self._reprints = reprints
        self._store = store
        self._codebook = codebook
        self._reader = reader
        self._waiting: list[tuple[Article, Sequence[Statement]]] = []
        self._packed: list[ReadingRows] = []
        self._number = 0  # of statements that wait
        self._texts: dict[str, tuple[str, str]] = {}  # those that wait: the article's id and description by text id
        # An archive has bounds of its own, as each of its batches makes files.
        bounds: tuple[int, float] = getattr(store, "batch", (BATCH_STATEMENTS, BATCH_SECONDS))
        self._most, self._seconds = bounds
        self._due = time.monotonic() + self._seconds
        self._lock = threading.Lock()

    def known(self, article_id: str, text_id: str, name: str) -> AlreadyRead | None:
        """Return why an article need not be read: an earlier run read it, or another article has its text."""
        if self._store is None:
            return None
        with self._lock:
            if self._resume and self._store.read_already([article_id], codebook=self._codebook, reader=self._reader):
                return AlreadyRead(name)
            twin = None if self._reprints else self._store.same_text(article_id, text_id)
            return None if twin is None else AlreadyRead(name, twin)

    def take(self, item: Read) -> Read | AlreadyRead:
        """Remember a result for the next batch; returns the item, or that its text was there before it.

        What is there before is decided here, in the order of the sources, whichever worker was faster.
        """
        if self._store is None or not isinstance(item, Result | SerializedResult):
            return item
        if not self._reprints and (twin := self._twin(item)) is not None:
            return twin
        if isinstance(item, Result):
            self._waiting.append((item.article, item.statements))
            self._number += len(item.statements)
        else:
            self._packed.append(item.reading)
            self._number += len(item)
        return item

    def _twin(self, item: Result | SerializedResult) -> AlreadyRead | None:
        """Return the article with the same text that waits or is stored; remember this one's where there is none."""
        article_id, text_id, about = _identity(item)
        if (waiting := self._texts.get(text_id)) is not None:
            return None if waiting[0] == article_id else AlreadyRead(str(about["name"]), waiting[1])
        found = self.known(article_id, text_id, str(about["name"]))
        if found is None or found.same_text is None:
            self._texts[text_id] = (article_id, describe_article(about))
            return None
        return found

    def write_if_due(self) -> None:
        """Write a batch where enough has come together, or has waited for long enough."""
        if self._number >= self._most or time.monotonic() > self._due:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        if self._store is not None:
            with self._lock:
                if self._waiting:
                    self._store.add(self._waiting, codebook=self._codebook, reader=self._reader)
                if self._packed:
                    self._store.add_readings(self._packed, codebook=self._codebook, reader=self._reader)
            self._waiting.clear()
            self._packed.clear()
            self._texts.clear()
            self._number = 0
        self._due = time.monotonic() + self._seconds


def run(
    sources: Iterable[str],
    pipeline: Pipeline,
    ledger: StatementStore | None = None,
    *,
    defaults: MetadataDefaults | None = None,
    notes: Callable[[str], None] | None = None,
    resume: bool = False,
    reprints: bool = True,
) -> Generator[Outcome]:
    """Read sources in order, yield each article's result or failure, and add the results to the ledger in batches.

    A result is yielded when it is made; it is safe in the ledger when its batch is written, at the latest when the
    iterator ends. Closing the iterator early writes what was read.

    Args:
        sources: files, folders or web addresses, as `onrecord read` takes them.
        pipeline: what `load` returns.
        ledger: the store that results are added to; without one nothing is stored.
        defaults: metadata of articles that state none.
        notes: called with what a reader wants to say about a source.
        resume: do not read an article again whose last reading in the ledger is by the same reader under the same
            codebook; it is yielded as `AlreadyRead`.
        reprints: without it, so is an article whose text the ledger has under another outlet, date, title or address.
    """
    writer = BatchWriter(ledger, pipeline.codebook, pipeline.reader, resume=resume, reprints=reprints)
    yield from write_through(_items(sources, pipeline, writer, defaults or MetadataDefaults(), notes), writer)


def write_through(items: Iterable[Read], writer: BatchWriter) -> Generator[Read | AlreadyRead]:
    """Yield the items and write them as they pass; pending ones are written however the iteration ends."""
    try:
        for item in items:
            yield writer.take(item)
            writer.write_if_due()
    finally:
        writer.flush()


def _items(
    sources: Iterable[str],
    pipeline: Pipeline,
    writer: BatchWriter,
    defaults: MetadataDefaults,
    notes: Callable[[str], None] | None,
) -> Iterator[Outcome]:
    for source in sources:
        for article in read_articles(source, defaults=defaults, notes=notes):
            if isinstance(article, SourceError):
                yield failure_of(article)
            elif (known := writer.known(article.id, article.text.id, article.name)) is not None:
                yield known
            else:
                try:
                    yield read_or_fail(article, pipeline)
                except MemoryError:
                    yield Failure(article.name, "skipped: not enough memory; split it, or read it on a larger machine")


def _identity(item: Result | SerializedResult) -> tuple[str, str, Mapping[str, object]]:
    """Return the ids of a result's article and text, and what describes the article."""
    if isinstance(item, SerializedResult):
        row = item.reading.article
        return str(row["id"]), str(row["text_id"]), row
    one = item.article
    about = {"name": one.name, "title": one.title, "outlet": one.outlet, "published": one.published}
    return one.id, one.text.id, about


def failure_of(error: SourceError) -> Failure:
    """Convert an error about a source to a failure."""
    return Failure(error.source, error.reason, isinstance(error, IgnoredSource))


def read_or_fail(article: Article, pipeline: Pipeline) -> Result | Failure:
    """Read one article; an exception of any kind costs this article alone.

    Raises:
        MemoryError: the caller knows the limit, and whether this process can go on.
    """
    try:
        return pipeline.read_article(article)
    except UNSTOPPED:
        raise
    except OnRecordError as error:
        return Failure(article.name, f"skipped: {' '.join(with_advice(error).split())}")
    except BaseException as error:  # noqa: BLE001 - the error boundary of one article
        return failure_of(internal_error(article.name, error))
