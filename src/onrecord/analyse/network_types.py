"""Define the options of a network and the network that is built from them (see `networks`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import polars as pl

from onrecord.analyse.encoding import Floats
from onrecord.errors import TableError

MODES = ("one", "two", "events")
AGGREGATES = ("ignore", "combine", "subtract", "congruence", "conflict")
NORMALISATIONS = ("none", "average", "jaccard", "cosine", "activity", "prominence")
DUPLICATES = ("include", "document", "week", "month", "year", "all")


@dataclass(frozen=True, kw_only=True)
class Options:
    """Hold the options of a network; the names are DNA's, in British spelling.

    `exclude` and `only` are pairs of field and value: a statement goes if it has an excluded value, or if in a field
    of `only` it has none of the values given for that field (DNA's inverted exclusion). `isolates` keeps the nodes
    that have no statement left, `qualifier` is a boolean, integer or text column (None: all statements count alike).
    """

    mode: str = "one"
    rows: str = "affiliation"
    columns: str = "issue"
    qualifier: str | None = "stance"
    aggregate: str = "ignore"
    normalise: str = "none"
    duplicates: str = "include"
    exclude: tuple[tuple[str, str], ...] = ()
    only: tuple[tuple[str, str], ...] = ()
    isolates: bool = False
    since: str | date | None = None
    until: str | date | None = None

    def __post_init__(self) -> None:
        for name, allowed in (
            ("mode", MODES), ("aggregate", AGGREGATES), ("normalise", NORMALISATIONS), ("duplicates", DUPLICATES),
        ):  # fmt: skip
            value = getattr(self, name)
            if value not in allowed:
                raise TableError(f"{name} must be one of {', '.join(allowed)}, not {value!r}")
        self._refuse("two", self.aggregate, ("combine",))
        self._refuse("one", self.aggregate, ("congruence", "conflict"))
        self._refuse("two", self.normalise, ("activity", "prominence"))
        self._refuse("one", self.normalise, ("average", "jaccard", "cosine"))
        if self.rows == self.columns and self.mode != "events":
            raise TableError(f"rows and columns are both {self.rows!r}: choose two different fields")
        if self.qualifier in (self.rows, self.columns) and self.mode != "events":
            if self.aggregate != "ignore":
                raise TableError(f"the qualifier {self.qualifier!r} is also a row or column: choose another field")
            object.__setattr__(self, "qualifier", None)
        if self.qualifier is None and self.aggregate != "ignore":
            raise TableError(f"{self.aggregate} needs a qualifier such as stance")

    @property
    def counting(self) -> tuple[Any, ...]:
        """Cache key: the options that determine the count table."""
        return (
            self.rows, self.columns, self.qualifier, self.aggregate == "ignore", self.duplicates, self.exclude,
            self.only, self.isolates, self.since, self.until,
        )  # fmt: skip

    def _refuse(self, mode: str, value: str, values: tuple[str, ...]) -> None:
        # DNA falls back to another setting in silence here, so that a figure may show what was not asked for.
        if value in values and self.mode not in (mode, "events"):
            raise TableError(f"{value} is for {mode}-mode networks only")


@dataclass(frozen=True, repr=False)
class Network:
    """Hold a matrix with the names of its rows and columns, both in code point order; `values` is a dense float array.

    In a one-mode network rows and columns are the same nodes and the matrix is symmetric. `middle` is the point in time
    of a window; without windows it is None and `start` and `stop` are the first and last dates.
    """

    mode: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: Floats
    statements: int
    options: Options
    start: datetime | None = None
    middle: datetime | None = None
    stop: datetime | None = None

    def at(self, start: datetime, middle: datetime, stop: datetime) -> Network:
        """Return the same network as that of a time window."""
        return Network(
            self.mode, self.rows, self.columns, self.values, self.statements, self.options, start, middle, stop
        )

    def frame(self) -> pl.DataFrame:
        """Return a row per row name, in the column `name`, and a column per column name."""
        # A node may itself be called "name".
        first = "name" if "name" not in self.columns else ""
        names: dict[str, Any] = {first: pl.Series(self.rows, dtype=pl.String)}
        return pl.DataFrame(names | {label: self.values[:, place] for place, label in enumerate(self.columns)})

    def __repr__(self) -> str:
        shape = f"{len(self.rows)} x {len(self.columns)}"
        return f"Network({self.mode}-mode, {shape}, {self.edges().height} ties, {self.statements} statements)"

    def _repr_html_(self) -> str:
        return self.frame()._repr_html_()

    def to_networkx(self) -> Any:
        """Convert to a `networkx.Graph` with `weight` of ties, and `bipartite` of nodes in a two-mode network."""
        import networkx

        graph = networkx.Graph()
        two = self.mode == "two"
        graph.add_nodes_from(self.rows, **({"bipartite": 0} if two else {}))
        graph.add_nodes_from(self.columns if two else (), bipartite=1)
        graph.add_weighted_edges_from(self.edges().iter_rows())
        return graph

    def to_igraph(self) -> Any:
        """Convert to an `igraph.Graph` with `name` of nodes and `weight` of ties; needs `onrecord[clusters]`."""
        try:
            import igraph
        except ImportError as error:
            raise TableError("igraph is not installed: pip install 'onrecord[clusters]'") from error
        two = self.mode == "two"
        names = [*self.rows, *(self.columns if two else ())]
        rows = {name: place for place, name in enumerate(self.rows)}
        columns = {name: place + len(self.rows) for place, name in enumerate(self.columns)} if two else rows
        ties = self.edges()
        graph = igraph.Graph(n=len(names))
        graph.vs["name"] = names
        graph.add_edges([(rows[a], columns[b]) for a, b in ties.select("source", "target").iter_rows()])
        graph.es["weight"] = ties["weight"].to_list()
        if two:
            graph.vs["type"] = [place >= len(self.rows) for place in range(len(names))]
        return graph

    def to_pandas(self) -> Any:
        """Convert to a pandas frame with the rows' names as index; needs `onrecord[pandas]`."""
        try:
            import pandas
        except ImportError as error:
            raise TableError("pandas is not installed: pip install 'onrecord[pandas]'") from error
        return pandas.DataFrame(self.values, index=list(self.rows), columns=list(self.columns))

    def plot(self, axes: Any = None, *, title: str = "") -> Any:
        """Draw the network and return the matplotlib axes, new ones unless given; needs `onrecord[plot]`.

        Rows are blue, columns orange, positive ties green, negative ones red and dashed.
        """
        from onrecord.analyse.plots import draw_network, new_axes

        axes = new_axes(8) if axes is None else axes
        draw_network(self, axes, title)
        return axes

    def edges(self) -> pl.DataFrame:
        """Return the nonzero ties as source, target, weight; in one mode each tie once, without loops."""
        values = np.triu(self.values, 1) if self.mode == "one" else self.values
        place = np.nonzero(values)
        return pl.DataFrame(
            {
                "source": pl.Series(np.array(self.rows, dtype=object)[place[0]].tolist(), dtype=pl.String),
                "target": pl.Series(np.array(self.columns, dtype=object)[place[1]].tolist(), dtype=pl.String),
                "weight": pl.Series(values[place], dtype=pl.Float64),
            }
        )
