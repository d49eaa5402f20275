"""An organisation's own plan as a workbook to work on: what it says comes back in through the import.

It holds private values, for its own people alone. Each row carries, in a hidden column, the version that it was made
from: what somebody else saved meanwhile is seen when the sheet comes back.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from kil_pipeline.exchange.columns import VERSION, VERSION_HEADING, headings_of_fields, recognise_columns
from kil_pipeline.exchange.row_marks import write_seen
from kil_pipeline.plan.answers import PARTS, answer_fields, path_of
from kil_pipeline.plan.drafts import Draft
from kil_pipeline.plan.statuses import Status
from kil_pipeline.plan.written_answers import write_answers
from kil_pipeline.reference.benefits import benefits
from kil_pipeline.reference.milestones import milestone_kinds
from kil_pipeline.reference.reasons import reasons
from kil_pipeline.reference.routes import routes
from kil_pipeline.reference.stages import stages
from kil_pipeline.reference.themes import themes
from kil_pipeline.text import plain_cell, safe_cell

LISTS = "Lists"
"""The hidden sheet that the choices stand in."""
SPARE_ROWS = 500
"""Rows below the plan in which the choices are offered too."""
_WHY_NOT = "why not"
_DETAILS = tuple(part for part in PARTS if part not in (_WHY_NOT, "withheld value"))
_NOTES = {
    "headline": "In plain words. The one thing that every row needs.",
    "value": "For example £400k to £650k a year, up to £60,000 in total. With a reason beside it that says why it "
    "cannot be public, this value stays private.",
    "areas": "Councils, integrated care boards or regions. Part several with semicolons.",
    "cpv": "If you have them. Part several with semicolons.",
    "status_reason": "Needed for on hold, cancelled and withdrawn. It is public.",
}


def workbook_keys() -> tuple[str, ...]:
    """Return what stands in each column: values first, each with its "why not", then the rest of the reasons."""
    found = ["reference", VERSION]
    for field in answer_fields():
        found += [field, f"{field}: {_WHY_NOT}"] if path_of(field) else [field]
    return (*found, *(f"{field}: {part}" for field in answer_fields() if path_of(field) for part in _DETAILS))


def workbook_headings() -> tuple[str, ...]:
    """Return the headings, which the import knows."""
    labels: Mapping[str, str] = {"reference": "Reference", VERSION: VERSION_HEADING, **headings_of_fields()}
    pairs = (key.partition(":") for key in workbook_keys())
    return tuple(f"{labels[field]}{colon}{part}" for field, colon, part in pairs)


def write_plan_workbook(drafts: Iterable[tuple[Draft, Mapping[str, str]]], out: IO[bytes]) -> int:
    """Write entries, each with its withheld values, as XLSX. Returns how many there were."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Forward plan")
    _lay_out(sheet)
    sheet.append(list(_heading_cells(sheet)))
    written = 0
    for draft, private in drafts:
        sheet.append(list(_row_cells(sheet, _row(draft, private))))
        written += 1
    _offer_choices(book, sheet, written + 1 + SPARE_ROWS)
    book.save(out)
    return written


def _lay_out(sheet: Any) -> None:
    sheet.freeze_panes = "D2"
    sheet.protection.sheet = True  # without a password: it keeps from mistakes, and from nobody
    for allowed in ("formatCells", "formatColumns", "formatRows", "insertRows", "sort", "autoFilter"):
        setattr(sheet.protection, allowed, False)  # in this format, False allows
    for place, key in enumerate(workbook_keys(), 1):
        column = sheet.column_dimensions[get_column_letter(place)]
        column.width = 40 if key in ("headline", "summary") else 14 if key == "reference" else 24
        column.hidden = key == VERSION
        column.protection = Protection(locked=key in ("reference", VERSION))


def _heading_cells(sheet: Any) -> Iterator[Any]:
    for key, heading in zip(workbook_keys(), workbook_headings(), strict=True):
        cell = WriteOnlyCell(sheet, heading)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="E8EEF4")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        note = _note(key)
        if note:
            cell.comment = Comment(note, "Keep it Local", height=140, width=320)
        yield cell


def _note(key: str) -> str:
    field, _, part = key.partition(": ")
    dates = {kind.code for kind in milestone_kinds()}
    if part == _WHY_NOT:
        return "Where there is no value, or none that can be public: why? Choose from the list."
    if part:
        return ""
    if field in dates:
        return "As you know it: 14 March 2027, March 2027, Q3 2027/28, autumn 2027. Add (indicative) or (confirmed)."
    several = {"themes": [theme.name for theme in themes()], "benefits": [benefit.name for benefit in benefits()]}
    if field in several:
        return "Part several with semicolons: " + "; ".join(several[field])
    if field == "reference":
        return "Ours, and permanent. Leave it empty in a new row."
    return _NOTES.get(field, "")


def _row(draft: Draft, private: Mapping[str, str]) -> list[str]:
    """Return a row's cells as they are written, with the mark of what they say."""
    written = {"reference": draft.reference} | write_answers(draft.content, private)
    cells = [safe_cell(written.get(key, "")) for key in workbook_keys()]
    read = recognise_columns(workbook_headings()).read([plain_cell(cell.strip()) for cell in cells])
    cells[workbook_keys().index(VERSION)] = write_seen(draft.version, read)
    return cells


def _row_cells(sheet: Any, row: list[str]) -> Iterator[Any]:
    for key, text in zip(workbook_keys(), row, strict=True):
        cell = WriteOnlyCell(sheet, text or None)
        cell.number_format = "@"
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.protection = Protection(locked=key in ("reference", VERSION))
        yield cell


def _offer_choices(book: Any, sheet: Any, last_row: int) -> None:
    """Offer the choices of what has one answer. What is typed all the same is warned of, not refused."""
    lists = {
        "status": [status.label for status in Status if status is not Status.DRAFT],
        "route": [route.name for route in routes()],
        "stage": [stage.name for stage in stages()],
        _WHY_NOT: [reason.label for reason in reasons()],
    }
    hidden = book.create_sheet(LISTS)
    hidden.sheet_state = "hidden"
    for place in range(max(map(len, lists.values()))):
        hidden.append([choices[place] if place < len(choices) else None for choices in lists.values()])
    offered = {}
    for place, (name, choices) in enumerate(lists.items(), 1):
        letter = get_column_letter(place)
        validation = DataValidation(
            type="list", formula1=f"{LISTS}!${letter}$1:${letter}${len(choices)}", allow_blank=True,
            errorStyle="warning", error="This is not in the list. The import may not understand it.",
            showErrorMessage=True,
        )  # fmt: skip
        sheet.data_validations.append(validation)
        offered[name] = validation
    for place, key in enumerate(workbook_keys(), 1):
        name = key.partition(": ")[2] or key
        if name in offered:
            letter = get_column_letter(place)
            offered[name].add(f"{letter}2:{letter}{last_row}")
