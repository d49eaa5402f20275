"""The public plan as CSV, XLSX and OCDS. Made of `PublicEntry` alone: what is withheld cannot come along."""

import csv
import functools
import io
import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import IO, Any, Literal, TextIO

import openpyxl
from sqlalchemy.orm import Session

from kil_pipeline.errors import NotFound
from kil_pipeline.exchange.columns import headings_of_fields
from kil_pipeline.exchange.ocds_answers import make_answers_release
from kil_pipeline.exchange.ocds_records import make_record, make_releases
from kil_pipeline.installation import tag_authority
from kil_pipeline.plan.answers import PARTS, answer_fields, path_of
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.disclosures import field_label
from kil_pipeline.plan.histories import PublicHistory, public_histories
from kil_pipeline.plan.public import PublicEntry
from kil_pipeline.plan.queries import all_public_entries
from kil_pipeline.plan.wordings import DISCLAIMER
from kil_pipeline.plan.written_answers import write_answers
from kil_pipeline.support.public_answers import AnsweredEntry, PublicAnswer, answers_to_entries, with_answers
from kil_pipeline.text import safe_cell
from kil_pipeline.times import london_day

Answered = tuple[PublicHistory, Sequence[PublicAnswer]]
"""An entry with its publications, and the published answers to what it asks."""
ExportFormat = Literal["csv", "xlsx", "ocds"]
EXPORTED_PARTS = tuple(part for part in PARTS if part != "withheld value")
HISTORIES = 100
"""How many entries with all their publications are in memory at a time."""
ANSWERS = "Readers’ answers"
"""The column of what readers answered, with the responses: as text, since there may be none or many."""
EXTENSIONS = tuple(
    f"https://raw.githubusercontent.com/open-contracting-extensions/ocds_{name}_extension/master/extension.json"
    for name in ("location", "enquiry")
)
"""The standard's extensions that we use: places (`deliveryAddresses`), and readers' answers (`enquiries`)."""
LICENCE = "http://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"


def export_headings() -> tuple[str, ...]:
    """Return the headings of the exported table: they are those that the import reads."""
    labels = headings_of_fields()
    found = ["Reference", "Commissioner", "First published", "Last changed"]
    for field in answer_fields():
        found.append(labels[field])
        if path_of(field) is not None:
            found += [f"{labels[field]}: {part}" for part in EXPORTED_PARTS]
    return (*found, ANSWERS, "Please note")


def csv_parts(entries: Iterable[AnsweredEntry]) -> Iterator[str]:
    """Yield the lines of a CSV file, as they are asked for: its headings, then one for each entry."""
    line = io.StringIO(newline="")
    writer = csv.writer(line, lineterminator="\r\n")
    for row in itertools.chain([export_headings()], map(_row, entries)):
        writer.writerow(row)
        yield line.getvalue()
        line.seek(0)
        line.truncate()


def export_csv(session: Session, criteria: Criteria, out: TextIO) -> int:
    """Write CSV, a row at a time. Returns how many entries were written."""
    return _write(csv_parts(_answered(session, criteria)), out) - 1


def write_xlsx(entries: Iterable[AnsweredEntry], out: IO[bytes]) -> int:
    """Write XLSX, of which one row is in memory at a time. Every cell is text. Returns how many were written."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Forward plan")
    sheet.freeze_panes = "B2"
    sheet.append(export_headings())
    written = 0
    for entry in entries:
        sheet.append(_row(entry))
        written += 1
    book.save(out)
    return written


def export_xlsx(session: Session, criteria: Criteria, out: IO[bytes]) -> int:
    """Write XLSX. Returns how many entries were written."""
    return write_xlsx(_answered(session, criteria), out)


def ocds_parts(histories: Iterable[Answered], *, authority: str, base_url: str, at: datetime) -> Iterator[str]:
    """Yield an OCDS 1.1 release package of the planning stage, as it is asked for: the last release of each entry.

    That of its readers' answers follows, where there are some. `at`: when it was published.
    """
    releases = (release for answered in histories for release in _last_releases(answered, authority, base_url))
    return _package_parts("releases", releases, f"{base_url}/data", base_url, at)


def record_parts(histories: Iterable[Answered], *, authority: str, base_url: str, at: datetime) -> Iterator[str]:
    """Yield an OCDS 1.1 record package: where each release of an entry is, and what they come to."""
    records = (make_record(*answered, authority=authority, base_url=base_url) for answered in histories)
    return _package_parts("records", records, f"{base_url}/data/ocds-records.json", base_url, at)


def release_parts(history: PublicHistory, *, authority: str, base_url: str) -> Iterator[str]:
    """Yield a release package of one release: that of the last publication in `history`."""
    last = history.revisions[-1]
    release = make_releases(history, authority=authority, base_url=base_url)[-1]
    uri = f"{base_url}/data/releases/{history.entry.reference}/{last.number}.json"
    return _package_parts("releases", [release], uri, base_url, last.published_at)


def answers_parts(answered: Answered, *, authority: str, base_url: str) -> Iterator[str]:
    """Yield a release package of the readers' answers to an entry. Raises `NotFound` where there are none."""
    release = _last_releases(answered, authority, base_url)[-1]
    entry = answered[0].entry
    if not answered[1]:
        raise NotFound(f"{entry.reference} has no published answers.")
    uri = f"{base_url}/data/releases/{entry.reference}/answers.json"
    return _package_parts("releases", [release], uri, base_url, datetime.fromisoformat(release["date"]))


def _last_releases(answered: Answered, authority: str, base_url: str) -> list[dict[str, Any]]:
    history, answers = answered
    last = make_releases(history, authority=authority, base_url=base_url)[-1]
    said = make_answers_release(history.entry, answers, ocid=last["ocid"])
    return [last] if said is None else [last, said]


def answered_histories(session: Session, entries: Sequence[PublicEntry]) -> tuple[Answered, ...]:
    """Return entries with their publications and the answers to what they ask. The caller bounds how many."""
    answers = answers_to_entries(session, [entry.id for entry in entries])
    return tuple((history, answers.get(history.entry.id, ())) for history in public_histories(session, entries))


def _package_parts(what: str, items: Iterable[dict[str, Any]], uri: str, base_url: str, at: datetime) -> Iterator[str]:
    package = {
        "uri": uri,
        "version": "1.1",
        "extensions": list(EXTENSIONS),
        "publishedDate": at.isoformat(timespec="seconds"),
        "publisher": {"name": "Keep it Local forward plan", "uri": base_url},
        "license": LICENCE,
    }
    yield json.dumps(package, ensure_ascii=False, indent=1).removesuffix("\n}") + f',\n "{what}": ['
    separator = "\n"
    for item in items:
        yield separator + json.dumps(item, ensure_ascii=False)
        separator = ",\n"
    yield "\n ]\n}\n"


def export_ocds(session: Session, criteria: Criteria, out: TextIO, *, base_url: str, now: datetime) -> int:
    """Write an OCDS 1.1 release package, a release at a time. Returns how many were written."""
    histories = _histories(session, all_public_entries(session, criteria))
    return _write(ocds_parts(histories, authority=tag_authority(session), base_url=base_url, at=now), out) - 2


def _histories(session: Session, entries: Iterator[PublicEntry]) -> Iterator[Answered]:
    while batch := tuple(itertools.islice(entries, HISTORIES)):
        yield from answered_histories(session, batch)
        session.expunge_all()


def _answered(session: Session, criteria: Criteria) -> Iterator[AnsweredEntry]:
    entries = all_public_entries(session, criteria)
    while batch := tuple(itertools.islice(entries, HISTORIES)):
        yield from with_answers(session, batch)
        session.expunge_all()


def _write(parts: Iterable[str], out: TextIO) -> int:
    """Write parts as they come. Returns how many there were."""
    written = 0
    for part in parts:
        out.write(part)
        written += 1
    return written


def _row(entry: AnsweredEntry) -> list[str]:
    """Return an entry's row, formulas neutralised."""
    return [safe_cell(cell) for cell in _cells(entry)]


def _cells(entry: AnsweredEntry) -> Iterator[str]:
    written = write_answers(entry.content)
    yield from (entry.reference, entry.commissioner.name)
    yield from (london_day(moment).isoformat() for moment in (entry.first_published_at, entry.updated_at))
    yield from (written.get(answer, "") for answer in _answers())
    yield "\n\n".join(map(_answer_text, entry.answers))
    yield DISCLAIMER


def _answer_text(answer: PublicAnswer) -> str:
    """Return an answer with its response, a line each."""
    gone = "(withdrawn)" if answer.withdrawn else f"(hidden: {answer.hidden_why})" if answer.hidden_why else ""
    said = f"{answer.name or 'A reader'}: {gone or answer.text}"
    return f"{field_label(answer.path)}: {answer.question}\n{said}\nResponse: {answer.response}"


@functools.cache
def _answers() -> tuple[str, ...]:
    """Return what the columns of a row are called among the written answers."""
    found: list[str] = []
    for field in answer_fields():
        found.append(field)
        found += [f"{field}: {part}" for part in EXPORTED_PARTS] if path_of(field) is not None else []
    return tuple(found)
