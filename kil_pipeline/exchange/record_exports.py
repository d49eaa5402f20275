"""The early-notice records of all commissioners as CSV. What there is no figure for is an empty cell, never 0."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from typing import TextIO
from uuid import UUID

from kil_pipeline.engagement.early_notice_records import EarlyNoticeRecord
from kil_pipeline.organisations.organisations import PublicOrganisation
from kil_pipeline.plan.figures import SlipFigures
from kil_pipeline.text import safe_cell

HEADINGS = (
    "Commissioner",
    "Page",
    "Planned opportunities",
    "Planned, open or on hold",
    "Withdrawn",
    "Weeks of notice (median)",
    "Opportunities in that median",
    "Fields stated",
    "Fields not decided yet",
    "Fields that can’t be said yet",
    "Fields not filled in",
    "Key dates stated",
    "Slips",
    "Days slipped (median)",
    "Days slipped (longest)",
    "Slips of uncertain dates",
    "Days slipped of uncertain dates (median)",
    "Days slipped of uncertain dates (longest)",
    "Overdue answers",
    "Sessions held before the opening",
)


def export_records_csv(
    commissioners: Sequence[PublicOrganisation],
    records: Mapping[UUID, EarlyNoticeRecord],
    out: TextIO,
    *,
    base_url: str,
) -> None:
    """Write a row for each of `commissioners`, in their order, formulas neutralised."""
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADINGS)
    for commissioner in commissioners:
        page = f"{base_url}/commissioners/{commissioner.slug}"
        cells = _cells(records[commissioner.id])
        writer.writerow(safe_cell(cell) for cell in (commissioner.name, page, *cells))


def _cells(record: EarlyNoticeRecord) -> Iterator[str]:
    plan = record.plan
    yield from (str(count) for count in (plan.entries, plan.live, plan.withdrawn))
    yield from (_number(plan.notice_weeks), str(plan.noticed))
    yield from (str(plan.fields.get(state, 0)) for state in ("stated", "undecided", "withheld", "not_stated"))
    yield str(plan.dates)
    yield from (*_slips(plan.slips), *_slips(plan.indicative_slips))
    yield from (str(record.overdue), str(record.sessions))


def _slips(figures: SlipFigures) -> tuple[str, str, str]:
    return str(figures.count), _number(figures.median_days), _number(figures.longest_days)


def _number(figure: float | None) -> str:
    return "" if figure is None else f"{figure:g}"
