"""The street that the journeys walk: a commissioner with one member, and a plan that came in as two files."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kil_pipeline.database import Database
from kil_pipeline.exchange.plan_import import ImportOptions, import_plan
from kil_pipeline.exchange.release_import import import_releases
from kil_pipeline.organisations.members import Role, add_member
from tests.factories import NOW, a_commissioner
from tests.journeys.worlds import World, open_world

OFFICER = "officer@exampleshire.example.org"
SHEET = [
    ["Headline", "Where", "Topics", "How much", "How much: why not", "How much: expected by", "Tender date"],
    ["Falls classes", "Leeds", "Falls", "", "the money is not confirmed", "1 March 2027", "1 June 2027"],
    ["Befriending", "Bradford", "Loneliness", "£40k a year", "", "", "autumn 2027"],
]


def a_release() -> dict[str, Any]:
    """Return a planned procurement notice as Find a Tender publishes it, cut down to what is read."""
    notice = {"id": "014-2026", "noticeType": "UK3", "url": "https://notices.example.org/Notice/014-2026"}
    return {
        "ocid": "ocds-example-014",
        "id": "014-2026",
        "date": "2026-11-20T09:30:00Z",
        "tag": ["planning"],
        "tender": {"title": "Home care in Leeds", "communication": {"futureNoticeDate": "2027-04-05T00:00:00Z"}},
        "parties": [{"id": "P1", "name": "Exampleshire Care Board", "roles": ["buyer"]}],
        "buyer": {"id": "P1", "name": "Exampleshire Care Board"},
        "planning": {"documents": [notice]},
    }


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    """A site with a plan of three planned opportunities, published at `NOW`."""
    with database.write() as session:
        council = a_commissioner(session, prefix="EXC")
        add_member(session, email=OFFICER, organisation_id=council.id, role=Role.AUTHOR, now=NOW)
    sheet = tmp_path / "plan.csv"
    with sheet.open("w", encoding="cp1252", newline="") as file:
        csv.writer(file).writerows(SHEET)
    package = tmp_path / "planning.json"
    package.write_text(json.dumps({"releases": [a_release()]}))
    options = ImportOptions(organisation="Exampleshire Council", publish=True)
    assert import_plan(database, sheet, options, now=NOW).published == 2
    assert import_releases(database, package, publish=True, now=NOW).published == 1
    with open_world(database) as opened:
        yield opened
