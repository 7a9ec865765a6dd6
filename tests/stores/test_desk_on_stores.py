"""The desk on every store: its pages, a judgement, and two who want the same at once."""

from __future__ import annotations

import re

import pytest
from ledger_samples import CODEBOOK, reading

from onrecord.record import Ledger

pytest.importorskip("starlette", reason="the extra `desk` is not installed")


def test_pages_and_judgements_on_this_store(url):
    """The desk's pages and judgements work on either database."""
    from starlette.testclient import TestClient

    from onrecord.show.desk.app import create_app
    from onrecord.show.desk.settings import Settings

    with Ledger(url) as ledger:
        ledger.add([reading(number) for number in range(3)], codebook=CODEBOOK)
        key = next(ledger.statements()).id
    app = create_app(Settings(ledger=url, coder="Ada", hosts=("testserver",)))
    with TestClient(app, follow_redirects=False) as client:
        for page in (
            "/",
            "/positions",
            "/search?q=dam",
            f"/statements/{key}",
            "/issues/dam",
            "/people",
            "/network",
            "/conflicts?kind=between",
            "/review",
            "/coding",
            "/api/v1/statements",
            "/api/v1/batches",
        ):
            assert client.get(page).status_code == 200, page
        assert 'class="said"' in client.get("/search?q=dam").text
        csrf = re.search(r'name="csrf" value="([0-9a-f]+)"', client.get(f"/review/{key}/edit").text)[1]
        form = {"csrf": csrf, "verdict": "correct", "stance": "mixed"}
        assert client.post(f"/review/{key}", data=form).status_code == 303
        assert client.post(f"/review/{key}", data=form).status_code == 409
    with Ledger(url) as ledger:
        assert ledger.last().coder == "Ada"
        assert ledger.verify().ok
