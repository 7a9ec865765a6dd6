"""Analyses: functions that take the table of a view, and return a table or an object with tables in it.

All of them can be imported from here; each loads when it is first used::

    from onrecord.analyse import Options, matrix, network
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

_MODULES = {
    "Matrix": "positions",
    "Network": "network_types",
    "Options": "network_types",
    "agreement": "intercoder",
    "alpha": "intercoder",
    "asserted": "tables",
    "backbone": "graphs",
    "build_registry": "actors",
    "centralities": "graphs",
    "changes": "position_changes",
    "clusters": "graphs",
    "common_ground": "consensus",
    "compare": "comparison",
    "concessions": "steps",
    "conditions": "preconditions",
    "conflicts": "position_changes",
    "confusion": "intercoder",
    "deadlocks": "preconditions",
    "drift": "retellings",
    "edge_intervals": "uncertainty",
    "events": "networks",
    "intervals": "uncertainty",
    "kappa": "intercoder",
    "ktab": "bargaining",
    "long": "windows",
    "matrix": "positions",
    "network": "networks",
    "orders": "steps",
    "polarization": "graphs",
    "pooled": "uncertainty",
    "redlines": "refusals",
    "reprints": "retellings",
    "scenario": "bargaining",
    "series": "windows",
    "suggestions": "merge_suggestions",
    "table_of": "tables",
    "timeline": "position_changes",
    "tree": "graphs",
    "wilson": "intercoder",
    "within": "position_changes",
}

__all__ = sorted(_MODULES)


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return getattr(import_module(f"onrecord.analyse.{_MODULES[name]}"), name)
    raise AttributeError(f"module 'onrecord.analyse' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


if TYPE_CHECKING:
    from onrecord.analyse.actors import build_registry as build_registry
    from onrecord.analyse.bargaining import ktab as ktab
    from onrecord.analyse.bargaining import scenario as scenario
    from onrecord.analyse.comparison import compare as compare
    from onrecord.analyse.consensus import common_ground as common_ground
    from onrecord.analyse.graphs import backbone as backbone
    from onrecord.analyse.graphs import centralities as centralities
    from onrecord.analyse.graphs import clusters as clusters
    from onrecord.analyse.graphs import polarization as polarization
    from onrecord.analyse.graphs import tree as tree
    from onrecord.analyse.intercoder import agreement as agreement
    from onrecord.analyse.intercoder import alpha as alpha
    from onrecord.analyse.intercoder import confusion as confusion
    from onrecord.analyse.intercoder import kappa as kappa
    from onrecord.analyse.intercoder import wilson as wilson
    from onrecord.analyse.merge_suggestions import suggestions as suggestions
    from onrecord.analyse.network_types import Network as Network
    from onrecord.analyse.network_types import Options as Options
    from onrecord.analyse.networks import events as events
    from onrecord.analyse.networks import network as network
    from onrecord.analyse.position_changes import changes as changes
    from onrecord.analyse.position_changes import conflicts as conflicts
    from onrecord.analyse.position_changes import timeline as timeline
    from onrecord.analyse.position_changes import within as within
    from onrecord.analyse.positions import Matrix as Matrix
    from onrecord.analyse.positions import matrix as matrix
    from onrecord.analyse.preconditions import conditions as conditions
    from onrecord.analyse.preconditions import deadlocks as deadlocks
    from onrecord.analyse.refusals import redlines as redlines
    from onrecord.analyse.retellings import drift as drift
    from onrecord.analyse.retellings import reprints as reprints
    from onrecord.analyse.steps import concessions as concessions
    from onrecord.analyse.steps import orders as orders
    from onrecord.analyse.tables import asserted as asserted
    from onrecord.analyse.tables import table_of as table_of
    from onrecord.analyse.uncertainty import edge_intervals as edge_intervals
    from onrecord.analyse.uncertainty import intervals as intervals
    from onrecord.analyse.uncertainty import pooled as pooled
    from onrecord.analyse.windows import long as long
    from onrecord.analyse.windows import series as series
