"""The pages of the desk, a file per group; the address of each is in the table of its file."""

from __future__ import annotations

from starlette.routing import Route


def all_routes() -> list[Route]:
    """Every route of the desk."""
    from onrecord.show.desk.routes import (
        accounts,
        add,
        api,
        articles,
        coding,
        issues,
        overview,
        people,
        positions,
        review,
        search,
        standing,
    )

    groups = (overview, positions, articles, search, issues, people, standing, add, review, coding, accounts, api)
    return [route for group in groups for route in group.routes()]
