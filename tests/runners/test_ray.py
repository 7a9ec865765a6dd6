"""Ray Data: the same rows as one process, failures set aside the same way."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("ray", reason="Ray is not installed (onrecord[ray])")

from onrecord.pipeline import AlreadyRead, Failure, Result, deserialize, run
from onrecord.record import Archive, Ledger
from onrecord.runners import Bounds
from onrecord.runners.on_ray import on_ray
from tests.hostile.corpus import corpus
from tests.machine import scaled
from tests.made import TEXT
from tests.runners import poison


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")
def test_the_rows_are_those_of_one_process(tmp_path: Path) -> None:
    """A run on Ray writes the same rows as a run in one process, whatever crashes or hangs on the way."""
    path = tmp_path / "a.jsonl"
    extras = [*([""] * 30), "CRASH", "HANG-IN-C", ""]
    rows = [json.dumps({"id": f"a{n}", "text": f"{TEXT} {n} {extra}"}) for n, extra in enumerate(extras)]
    path.write_text("\n".join([*rows, "{broken"]), encoding="utf-8")
    good = tmp_path / "good.jsonl"
    good.write_text("\n".join(row for row in rows if "CRASH" not in row and "HANG" not in row), encoding="utf-8")
    with Ledger(tmp_path / "l.db") as ledger, Archive(tmp_path / "archive") as archive:
        list(run([str(good)], poison.build(), ledger))
        options = {"bounds": Bounds(seconds=scaled(2.0)), "reader": "poisonable 1", "resume": True}
        items = list(deserialize(on_ray([str(path)], poison.build, archive, **options)))  # type: ignore[arg-type]
        assert [type(item) for item in items] == [*([Result] * 30), Failure, Failure, Result, Failure]
        assert archive.table().sort("id").equals(ledger.table().sort("id"))
        assert archive.verify().ok
        again = list(on_ray([str(good)], poison.build, archive, **options))  # type: ignore[arg-type]
        assert {type(item) for item in again} == {AlreadyRead}


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")
def test_hostile_files_and_dying_workers_cost_no_good_article(tmp_path: Path) -> None:
    """A sample of the hostile corpus, with articles that raise, crash, hang or fill the memory in its middle, ends
    no batch on Ray: every good article is read, in order, and each failure has its reason.
    """
    hostile = list(corpus())[::40]
    poisoned = [(f"{word}.txt", f"{TEXT} {word}".encode()) for word in poison.WORDS]
    middle = len(hostile) // 2
    sources = []
    for number, (name, data) in enumerate([*hostile[:middle], *poisoned, *hostile[middle:]]):
        (tmp_path / f"good-{number:03}.txt").write_text(f"{TEXT} {number}", encoding="utf-8")
        (tmp_path / f"bad {name}").write_bytes(data)
        sources += [str(tmp_path / f"good-{number:03}.txt"), str(tmp_path / f"bad {name}")]
    bounds = Bounds(seconds=scaled(3.0), megabytes=1_500)
    items = list(deserialize(on_ray(sources, poison.build, bounds=bounds)))
    read = [item.article.name for item in items if isinstance(item, Result)]
    assert [name for name in read if name.startswith("good-")] == [Path(one).name for one in sources[::2]]
    failed = {Path(item.source).name: item.reason for item in items if isinstance(item, Failure)}
    assert [word for word in poison.WORDS if f"bad {word}.txt" not in failed] == []
    print(f"Ray: {len(sources) // 2} hostile inputs, {len(failed)} failed, no good article lost")
