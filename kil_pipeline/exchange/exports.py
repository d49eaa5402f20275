"""The public plan as CSV, XLSX and OCDS. Made of `PublicEntry` alone: what is withheld cannot come along."""

import csv
import json
from collections.abc import Iterator
from datetime import datetime
from typing import IO, Literal, TextIO

import openpyxl
from sqlalchemy.orm import Session

from kil_pipeline.exchange.columns import headings_of_fields
from kil_pipeline.exchange.ocds import make_release
from kil_pipeline.installation import tag_authority
from kil_pipeline.plan.answers import PARTS, answer_fields, path_of
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.public import PublicEntry
from kil_pipeline.plan.queries import all_public_entries
from kil_pipeline.plan.wordings import DISCLAIMER
from kil_pipeline.plan.written_answers import write_answers
from kil_pipeline.text import safe_cell
from kil_pipeline.times import london_day

ExportFormat = Literal["csv", "xlsx", "ocds"]
EXPORTED_PARTS = tuple(part for part in PARTS if part != "withheld value")
LICENCE = "http://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"


def export_headings() -> tuple[str, ...]:
    """Return the headings of the exported table: they are those that the import reads."""
    labels = headings_of_fields()
    found = ["Reference", "Commissioner", "First published", "Last changed"]
    for field in answer_fields():
        found.append(labels[field])
        if path_of(field) is not None:
            found += [f"{labels[field]}: {part}" for part in EXPORTED_PARTS]
    return (*found, "Please note")


def export_rows(session: Session, criteria: Criteria) -> Iterator[list[str]]:
    """Yield a row for each public entry, formulas neutralised."""
    for entry in all_public_entries(session, criteria):
        yield [safe_cell(cell) for cell in _cells(entry)]


def export_csv(session: Session, criteria: Criteria, out: TextIO) -> int:
    """Write CSV, a row at a time. Returns how many entries were written."""
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(export_headings())
    written = 0
    for row in export_rows(session, criteria):
        writer.writerow(row)
        written += 1
    return written


def export_xlsx(session: Session, criteria: Criteria, out: IO[bytes]) -> int:
    """Write XLSX, streamed. Every cell is text. Returns how many entries were written."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Forward plan")
    sheet.freeze_panes = "B2"
    sheet.append(export_headings())
    written = 0
    for row in export_rows(session, criteria):
        sheet.append(row)
        written += 1
    book.save(out)
    return written


def export_ocds(session: Session, criteria: Criteria, out: TextIO, *, base_url: str, now: datetime) -> int:
    """Write an OCDS 1.1 release package of the planning stage, a release at a time. Returns how many were written."""
    authority = tag_authority(session)
    package = {
        "uri": f"{base_url}/data",
        "version": "1.1",
        "publishedDate": now.isoformat(timespec="seconds"),
        "publisher": {"name": "Keep it Local forward plan", "uri": base_url},
        "license": LICENCE,
    }
    head = json.dumps(package, ensure_ascii=False, indent=1).removesuffix("\n}")
    out.write(head + ',\n "releases": [')
    written = 0
    for entry in all_public_entries(session, criteria):
        out.write(("," if written else "") + "\n")
        json.dump(make_release(entry, authority=authority, base_url=base_url), out, ensure_ascii=False)
        written += 1
    out.write("\n ]\n}\n")
    return written


def _cells(entry: PublicEntry) -> Iterator[str]:
    written = write_answers(entry.content)
    yield from (entry.reference, entry.commissioner.name)
    yield from (london_day(moment).isoformat() for moment in (entry.first_published_at, entry.updated_at))
    for field in answer_fields():
        yield written.get(field, "")
        if path_of(field) is not None:
            yield from (written.get(f"{field}: {part}", "") for part in EXPORTED_PARTS)
    yield DISCLAIMER
