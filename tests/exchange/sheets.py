"""Sheets and notices for tests: written, imported, and what of them is in the plan."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import sqlalchemy as sa

from kil_pipeline.codec import from_json
from kil_pipeline.database import Database
from kil_pipeline.exchange.plan_import import ImportOptions, import_plan
from kil_pipeline.exchange.release_import import import_releases
from kil_pipeline.exchange.reports import ImportReport
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.entries import WorkingCopy
from kil_pipeline.plan.queries import all_public_entries
from tests.factories import NOW, a_commissioner

COUNCIL = "exampleshire-council"
Cells = Sequence[object]


def a_council(database: Database) -> None:
    """Add the commissioner whose sheets are imported."""
    with database.write() as session:
        a_commissioner(session, prefix="EXA")


def write_csv(path: Path, *rows: Cells, encoding: str = "utf-8", line_end: str = "\r\n", delimiter: str = ",") -> Path:
    """Write a CSV file."""
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, lineterminator=line_end, delimiter=delimiter).writerows(rows)
    return path


def write_xlsx(path: Path, *rows: Cells, sheet: str = "Plan") -> Path:
    """Write an XLSX file of one sheet."""
    book, first = a_book()
    first.title = sheet
    for cells in rows:
        first.append(list(cells))
    book.save(path)
    return path


def a_book() -> tuple[openpyxl.Workbook, Any]:
    """Return a new workbook with its first sheet."""
    book = openpyxl.Workbook()
    return book, book.active


def import_sheet(database: Database, path: Path, **options: Any) -> ImportReport:
    """Import a sheet for the council; rows to correct go beside it."""
    given: dict[str, Any] = {"organisation": COUNCIL, "to_correct": path.with_suffix(".bad.csv")} | options
    return import_plan(database, path, ImportOptions(**given), now=NOW)


def import_rows(database: Database, folder: Path, *rows: Cells, name: str = "plan.csv", **options: Any) -> ImportReport:
    """Write rows as CSV and import them."""
    return import_sheet(database, write_csv(folder / name, *rows), **options)


def contents(database: Database) -> dict[str, EntryContent]:
    """Return what all working copies say, by headline."""
    with database.read() as session:
        found = [from_json(EntryContent, content) for content in session.scalars(sa.select(WorkingCopy.content))]
    assert len({content.headline for content in found}) == len(found)
    return {content.headline: content for content in found}


def public_headlines(database: Database) -> set[str]:
    """Return the headlines that everyone can see."""
    with database.read() as session:
        return {entry.headline for entry in all_public_entries(session, Criteria())}


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    """Return how many were new, changed, unchanged and bad."""
    return report.created, report.changed, report.unchanged, report.bad_rows


def snapshot(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table."""
    with database.engine.connect() as connection:
        return {
            name: sorted(map(tuple, connection.execute(sa.select(sa.text("*")).select_from(sa.table(name)))), key=repr)
            for name in sa.inspect(connection).get_table_names()
        }


def a_release(**parts: Any) -> dict[str, Any]:
    """Return a small planning release; `tender` is laid over the one it has."""
    tender = {
        "title": "Community transport",
        "description": "Rides to appointments &amp; clubs.<br/>By volunteers.",
        "items": [
            {
                "id": "1",
                "additionalClassifications": [{"scheme": "CPV", "id": "60130000"}],
                "deliveryAddresses": [{"region": "UKE42"}],
            }
        ],
        "value": {"amount": 400000, "amountGross": 480000, "currency": "GBP"},
        "communication": {"futureNoticeDate": "2027-03-01T23:59:59+00:00"},
        "lots": [
            {
                "id": "1",
                "contractPeriod": {
                    "startDate": "2027-09-01T00:00:00+01:00",
                    "endDate": "2030-08-31T23:59:59+01:00",
                    "maxExtentDate": "2032-08-31T23:59:59+01:00",
                },
                "suitability": {"vcse": True},
            }
        ],
    }
    notice = parts.get("id", "000001-2026")
    release = {
        "ocid": "ocds-h6vhtk-000001",
        "id": notice,
        "date": "2026-08-10T09:00:00+01:00",
        "tag": ["planning"],
        "buyer": {"id": "GB-PPON-EXAM-0001-AAAA", "name": "EXAMPLESHIRE COUNTY COUNCIL"},
        "parties": [
            {
                "id": "GB-PPON-EXAM-0001-AAAA",
                "name": "EXAMPLESHIRE COUNTY COUNCIL",
                "roles": ["buyer"],
                "identifier": {"scheme": "GB-PPON", "id": "EXAM-0001-AAAA"},
            }
        ],
        "planning": {
            "documents": [{"noticeType": "UK3", "url": f"https://www.find-tender.service.gov.uk/Notice/{notice}"}],
            "milestones": [{"type": "engagement", "dueDate": "2026-09-30T23:59:59+01:00", "status": "scheduled"}],
        },
    }
    return release | parts | {"tender": tender | parts.get("tender", {})}


def write_releases(path: Path, *releases: object) -> Path:
    """Write a release package."""
    path.write_text(json.dumps({"releases": releases}))
    return path


def import_notices(database: Database, folder: Path, *releases: object, **options: Any) -> ImportReport:
    """Write releases and import them."""
    return import_releases(database, write_releases(folder / "notices.json", *releases), now=NOW, **options)
