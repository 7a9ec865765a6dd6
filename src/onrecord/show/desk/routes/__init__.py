"""Define the pages of the desk, a file per group; each file has a table of its addresses."""

from __future__ import annotations

from starlette.routing import Route


def all_routes() -> list[Route]:
    """Return every route of the desk."""
    from onrecord.show.desk.routes import (
        accounts,
        adapting,
        add,
        adjudication,
        api,
        articles,
        assigning,
        audit,
        brief,
        cells,
        codebook,
        coding,
        conflicts,
        export,
        issues,
        network,
        overview,
        people,
        positions,
        registry,
        review,
        saved,
        scenario,
        search,
        tables,
        unitising,
        workbench,
    )

    groups = (
        tables,
        brief,
        saved,
        overview,
        positions,
        cells,
        articles,
        search,
        issues,
        codebook,
        people,
        registry,
        conflicts,
        network,
        scenario,
        export,
        add,
        review,
        workbench,
        assigning,
        audit,
        adapting,
        coding,
        unitising,
        adjudication,
        accounts,
        api,
    )
    return [route for group in groups for route in group.routes()]
