"""Quality floors: figures that only rise (`training/floors.py`), and the tool that keeps them so.

They are alarms against regressions, not estimates for unseen news: most of these texts were trained or developed on.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from training import floors
from training.measures import DataMissing, measures

SETS = floors.load_floors()


@pytest.mark.parametrize("name", SETS)
def test_figures_reach_their_floors(name: str) -> None:
    """Every figure, on the data that its floor was measured on, reaches the floor."""
    measure = measures()[name]
    try:
        assert measure.digest() == SETS[name]["data"], "the data changed: `python -m training.floors` measures anew"
        short = floors.below(measure.figures(), SETS[name]["figures"])
    except DataMissing as error:
        pytest.skip(str(error))
    assert not short, f"below their floors (measured, floor): {short}"


def test_floors_that_were_edited_by_hand_are_refused(tmp_path: Path) -> None:
    """A figure that is changed in the file without the tool fails the load."""
    path = tmp_path / "floors.json"
    floors.write_floors({"a": {"data": "x", "figures": {"f1": 80.0}}}, path)
    assert floors.load_floors(path)["a"]["figures"] == {"f1": 80.0}
    path.write_text(path.read_text(encoding="utf-8").replace("80.0", "70.0"), encoding="utf-8")
    with pytest.raises(ValueError, match="edited by hand"):
        floors.load_floors(path)


def test_floors_rise_and_do_not_fall() -> None:
    """A higher figure raises its floor, a lower one within the tolerance leaves it, a fallen one is an error."""
    old = {"data": "x", "figures": {"f1": 80.0}}
    assert floors.updated(old, {"f1": 82.7}, "x", allow_regression=False)[0]["figures"] == {"f1": 82.0}
    assert floors.updated(old, {"f1": 79.96}, "x", allow_regression=False) == (old, [])
    with pytest.raises(ValueError, match="fell to"):
        floors.updated(old, {"f1": 79.9}, "x", allow_regression=False)
    with pytest.raises(ValueError, match="data changed"):
        floors.updated(old, {"f1": 82.7}, "y", allow_regression=False)


def test_an_allowed_regression_is_written_into_the_changelog(tmp_path: Path) -> None:
    """With a reason a floor falls, and the changelog says which, how far and why."""
    made, lowered = floors.updated(
        {"data": "x", "figures": {"f1": 80.0, "recall": 50.0}}, {"f1": 70.2, "recall": 60.0}, "y", allow_regression=True
    )
    assert made == {"data": "y", "figures": {"f1": 69.5, "recall": 59.5}}
    path = tmp_path / "CHANGELOG.md"
    path.write_text(
        f"# Changelog\n\n## 0.1.0\n\n- First.\n\n{floors.SECTION}\nWhy.\n\n- x: f1 9 to 8.\n", encoding="utf-8"
    )
    floors.note("own dispatches", lowered, "The labels were corrected", path)
    assert path.read_text(encoding="utf-8").splitlines()[8:] == [
        "Why.",
        "",
        "- own dispatches: f1 80 to 69.5. The labels were corrected.",
        "- x: f1 9 to 8.",
    ]


def test_the_file_is_as_the_tool_writes_it() -> None:
    """Every set of floors is measured, and every measure has floors."""
    assert set(json.loads(floors.FLOORS.read_text(encoding="utf-8"))["sets"]) == set(measures())
