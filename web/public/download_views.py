"""The public plan as files to download: CSV, XLSX, OCDS. Each takes the filters of the plan."""

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flask import Response, request, stream_with_context
from werkzeug.wsgi import FileWrapper

from kil_pipeline.events.log import PublicVersion, public_version
from kil_pipeline.exchange.exports import (
    HISTORIES,
    LICENCE,
    Answered,
    answered_histories,
    answers_parts,
    csv_parts,
    ocds_parts,
    record_parts,
    release_parts,
    write_xlsx,
)
from kil_pipeline.installation import tag_authority
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.histories import public_histories
from kil_pipeline.plan.queries import public_entries_after, public_entry
from kil_pipeline.support.public_answers import AnsweredEntry, count_taken_back, with_answers
from web.context import database, settings
from web.public import blueprint
from web.queries import read_plan_query

BATCH = 500
"""How many entries are read in one transaction, and are in memory at a time."""
IN_MEMORY = 4 * 1024 * 1024
"""Bytes of a workbook: beyond them it is written to the disk."""


@dataclass(frozen=True)
class Download:
    """What one request for a file is about."""

    criteria: Criteria
    version: PublicVersion
    taken_back: int
    """Answers of readers that were taken back: no event tells of them."""
    authority: str


class StreamedResponse(Response):
    """An answer whose body is made while it is sent: nobody may look for its length beforehand."""

    implicit_sequence_conversion = False
    automatically_set_content_length = False


@blueprint.get("/data/plan.csv")
def plan_csv() -> Response:
    """Give the plan as CSV, with the mark by which Excel knows UTF-8."""
    wanted = _read_download()
    lines = csv_parts(_entries(wanted.criteria))
    body = (line.encode() for line in _marked(lines))
    return _answer(wanted, body, "plan.csv", "text/csv; charset=utf-8")


@blueprint.get("/data/plan.xlsx")
def plan_xlsx() -> Response:
    """Give the plan as a workbook."""
    wanted = _read_download()
    content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _answer(wanted, _workbook(wanted.criteria), "plan.xlsx", content_type)


@blueprint.get("/data/ocds.json")
def plan_ocds() -> Response:
    """Give the plan as an OCDS release package."""
    wanted = _read_download()
    parts = ocds_parts(
        _histories(wanted.criteria),
        authority=wanted.authority,
        base_url=settings().base_url,
        at=wanted.version.moved_at,
    )
    return _answer(wanted, (part.encode() for part in parts), "ocds.json", "application/json")


@blueprint.get("/data/ocds-records.json")
def plan_records() -> Response:
    """Give the plan as an OCDS record package."""
    wanted = _read_download()
    parts = record_parts(
        _histories(wanted.criteria),
        authority=wanted.authority,
        base_url=settings().base_url,
        at=wanted.version.moved_at,
    )
    return _answer(wanted, (part.encode() for part in parts), "ocds-records.json", "application/json")


@blueprint.get("/data/releases/<reference>/<int:number>.json")
def entry_release(reference: str, number: int) -> Response:
    """Give the OCDS release of one publication."""
    wanted = _read_download()
    with database().read() as session:
        (history,) = public_histories(session, [public_entry(session, reference)])
    parts = release_parts(history.until(number), authority=wanted.authority, base_url=settings().base_url)
    return _answer(wanted, (part.encode() for part in parts), f"{reference}-{number}.json", "application/json")


@blueprint.get("/data/releases/<reference>/answers.json")
def answers_release(reference: str) -> Response:
    """Give the OCDS release of the answers that readers gave to a planned opportunity."""
    wanted = _read_download()
    with database().read() as session:
        (answered,) = answered_histories(session, [public_entry(session, reference)])
    parts = answers_parts(answered, authority=wanted.authority, base_url=settings().base_url)
    return _answer(wanted, (part.encode() for part in parts), f"{reference}-answers.json", "application/json")


def _read_download() -> Download:
    criteria = read_plan_query(request.args).criteria
    with database().read() as session:
        return Download(criteria, public_version(session), count_taken_back(session), tag_authority(session))


def _entries(criteria: Criteria) -> Iterator[AnsweredEntry]:
    """Yield the entries, each batch in a transaction of its own: a slow client must not hold one open."""
    last = ""
    while True:
        with database().read() as session:
            found = with_answers(session, public_entries_after(session, criteria, last, limit=BATCH))
        if not found:
            return
        yield from found
        last = found[-1].reference


def _histories(criteria: Criteria) -> Iterator[Answered]:
    """Yield the entries with their publications, in smaller batches."""
    last = ""
    while True:
        with database().read() as session:
            found = answered_histories(session, public_entries_after(session, criteria, last, limit=HISTORIES))
        if not found:
            return
        yield from found
        last = found[-1][0].entry.reference


def _marked(lines: Iterator[str]) -> Iterator[str]:
    yield "\ufeff"
    yield from lines


def _workbook(criteria: Criteria) -> Iterator[bytes]:
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as file:
        write_xlsx(_entries(criteria), file)
        file.seek(0)
        yield from FileWrapper(file, 65_536)


def _answer(wanted: Download, body: Iterable[bytes], name: str, content_type: str) -> Response:
    """Answer with a body that is made while it is sent; not at all for HEAD and for who has it."""
    response = StreamedResponse(stream_with_context(iter(body)))
    response.headers["Content-Type"] = content_type
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
    response.headers["Link"] = f'<{LICENCE}>; rel="license"'
    response.headers["Cache-Control"] = "public, max-age=60"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.last_modified = wanted.version.moved_at
    response.set_etag(f"{wanted.version.n}.{wanted.taken_back}", weak=True)  # it is known before the body is
    response.make_conditional(request)
    return response
