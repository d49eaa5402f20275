"""The plan as a spreadsheet: down to work on, and back in through a preview that shows what each row would change."""

import csv
import io
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from uuid import UUID

from flask import flash, redirect, render_template, request
from werkzeug.utils import secure_filename
from werkzeug.wrappers import Response

from kil_pipeline.errors import EditedMeanwhile, InvalidContent
from kil_pipeline.exchange.bad_rows import TO_MEND
from kil_pipeline.exchange.columns import headings_of_fields
from kil_pipeline.exchange.import_application import Applied, Wishes, apply_import
from kil_pipeline.exchange.import_choices import ANYTHING, READ, last_choices
from kil_pipeline.exchange.import_previews import ImportPreview, preview_import
from kil_pipeline.exchange.import_questions import column_choices, starting_choices, wrong_choices
from kil_pipeline.exchange.import_uploads import choose_reading, find_sheet, forget_sheet, keep_sheet
from kil_pipeline.exchange.plan_sheets import PlanSheet, find_any_sheet
from kil_pipeline.exchange.plan_workbooks import write_plan_workbook
from kil_pipeline.exchange.reports import UnreadableFile, waiting_sentences
from kil_pipeline.exchange.tables import Row
from kil_pipeline.organisations.audit import note_deed
from kil_pipeline.organisations.members import Role
from kil_pipeline.organisations.organisations import Organisation
from kil_pipeline.plan.contents import Author
from kil_pipeline.plan.drafts import private_drafts
from kil_pipeline.reference.areas import find_area
from kil_pipeline.text import clean_line, drop_unwritable, safe_cell
from web.commissioner import blueprint
from web.commissioner.access import member, needs
from web.commissioner.entry_form import reason_groups
from web.commissioner.import_answers import read_choices
from web.context import database, now, today
from web.uploads import scan_upload

MOST_ROWS = 1_000
"""Rows of a sheet that is sent to the workspace; `kil import` takes more."""
SHOWN = 10
"""Rows of each kind that are shown at once; the rest is a click away."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.post("/workspace/plan.xlsx")
@needs(Role.AUTHOR)
def own_plan_xlsx() -> Response:
    """Give the organisation's own plan as a workbook, private values too. The audit trail says who took it."""
    out = io.BytesIO()
    with database().write() as db:
        write_plan_workbook(private_drafts(db, member().organisation_id), out)
        note_deed(
            db, "download_plan", user_id=member().user_id, organisation_id=member().organisation_id, now=now()
        )  # fmt: skip
    response = Response(out.getvalue(), content_type=XLSX)
    response.headers["Content-Disposition"] = f"attachment; filename=our-plan-{today().isoformat()}.xlsx"
    return response


@blueprint.get("/workspace/import")
@needs(Role.AUTHOR)
def choose_sheet() -> str:
    """Ask for a spreadsheet, and offer the plan as one."""
    return _choose_page([])


@blueprint.post("/workspace/import")
@needs(Role.AUTHOR)
def send_sheet() -> tuple[str, int] | Response:
    """Take a spreadsheet, and go on to what it would change. Nothing is changed by sending it."""
    try:
        upload = _keep_upload()
    except UnreadableFile as error:
        return _choose_page([("file", str(error))]), 400
    return redirect(f"/workspace/import/{upload}")


@blueprint.get("/workspace/import/<uuid:upload>")
@needs(Role.AUTHOR)
def preview_sheet(upload: UUID) -> str:
    """Show row by row what a spreadsheet would change."""
    return _page(_preview(upload), Wishes(), [])


@blueprint.post("/workspace/import/<uuid:upload>")
@needs(Role.AUTHOR)
def apply_sheet(upload: UUID) -> tuple[str, int] | Response:
    """Do exactly what the preview said; or read the spreadsheet otherwise; or forget it."""
    if request.form.get("do") == "forget":
        return _forget(upload)
    wishes, preview = _wishes(), _preview(upload)
    choices = read_choices(request.form, preview.questions, preview.sheet.choices)
    problems = wrong_choices(choices, today())
    if problems:
        chosen = replace(preview.sheet, choices=choices)
        with database().read() as db:
            preview = preview_import(db, member().organisation_id, chosen, now=now())
        return _page(preview, wishes, [(f"blank-by-{field}", message) for field, message in problems]), 400
    if choices != preview.sheet.choices:
        with database().write() as db:
            choose_reading(db, find_sheet(db, member().organisation_id, upload, now()).id, choices)
    if request.form.get("do") == "choose":
        return redirect(f"/workspace/import/{upload}")
    return _apply(upload, wishes, changed=choices != preview.sheet.choices)


def _apply(upload: UUID, wishes: Wishes, *, changed: bool) -> tuple[str, int] | Response:
    if changed:
        said = "You changed how the sheet is read. This is what it would change now: look, then import."
        return _page(_preview(upload), wishes, [("", said)]), 409
    try:
        with database().write() as db:
            sheet = find_sheet(db, member().organisation_id, upload, now())
            seen, by = request.form.get("fingerprint", ""), Author(member().user_id)
            applied = apply_import(db, member().organisation_id, sheet, seen, wishes, by=by, now=now())
            for reference in applied.references:
                note_deed(
                    db, "import_entry", subject=reference, user_id=member().user_id,
                    organisation_id=member().organisation_id, now=now(),
                )  # fmt: skip
    except EditedMeanwhile as error:
        return _page(_preview(upload), wishes, [("", str(error))]), 409
    except InvalidContent as error:
        return _page(_preview(upload), wishes, [("reason", str(error))]), 400
    flash(_said(applied))
    return redirect("/workspace")


def _forget(upload: UUID) -> Response:
    with database().write() as db:
        forget_sheet(db, find_sheet(db, member().organisation_id, upload, now()).id)
    flash("Nothing was imported.")
    return redirect("/workspace/import")


@blueprint.get("/workspace/import/<uuid:upload>/to-correct.csv")
@needs(Role.AUTHOR)
def rows_to_correct(upload: UUID) -> Response:
    """Give the rows that could not be read as a sheet of their own, each with what to mend."""
    preview, out = _preview(upload), io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(safe_cell(cell) for cell in (TO_MEND, *preview.sheet.headings))
    for row in preview.in_state("wrong"):
        to_mend = " ".join(problem.what_to_mend() for problem in row.problems)
        writer.writerow(safe_cell(cell) for cell in (to_mend, *row.cells))
    response = Response("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = "attachment; filename=to-correct.csv"
    return response


def _keep_upload() -> UUID:
    """Read the file that was sent and keep its rows. Raises `UnreadableFile`."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise UnreadableFile("Choose a file: .xlsx or .csv.")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / (secure_filename(sent.filename)[-100:] or "spreadsheet")
        path.write_bytes(scan_upload(sent.read(), UnreadableFile))
        sheet = find_any_sheet(path, named=clean_line(request.form.get("sheet", "")))
        rows = tuple(islice(_rows(sheet), MOST_ROWS + 1))
    if len(rows) > MOST_ROWS:
        raise UnreadableFile(f"The file has more than {MOST_ROWS:,} rows. Split it, and send the parts one by one.")
    if not rows:
        raise UnreadableFile("There is no row below the headings.")
    with database().write() as db:
        upload = keep_sheet(
            db,
            member().organisation_id,
            member().user_id,
            file_name=clean_line(sent.filename),
            headings=sheet.columns.headings,
            rows=rows,
            others=sheet.others,
            exact_width=sheet.exact_width,
            now=now(),
        )
        kept = find_sheet(db, member().organisation_id, upload, now())
        own = find_area(db.get_one(Organisation, member().organisation_id).name)
        last = last_choices(db, member().organisation_id)
        choices = starting_choices(kept, last, today(), whole_area=own.name if own else "")
        choose_reading(db, upload, choices)
    return upload


def _rows(sheet: PlanSheet) -> Iterator[Row]:
    """Yield a sheet's rows without what no database can hold."""
    for row in sheet.rows:
        yield Row(row.number, tuple(map(drop_unwritable, row.cells)))


def _preview(upload: UUID) -> ImportPreview:
    with database().read() as db:
        sheet = find_sheet(db, member().organisation_id, upload, now())
        return preview_import(db, member().organisation_id, sheet, now=now())


def _wishes() -> Wishes:
    ticked = request.form.getlist("sheet_wins")
    return Wishes(
        sheet_wins=frozenset(int(text) for text in ticked if text.isascii() and text.isdigit() and len(text) < 10),
        withdraw=frozenset(request.form.getlist("withdraw")),
        reason=drop_unwritable(request.form.get("reason", "")),
        publish=request.form.get("publish") == "yes",
    )


def _choose_page(problems: list[tuple[str, str]]) -> str:
    return render_template("commissioner/import.html", problems=problems, most_rows=MOST_ROWS)


def _page(preview: ImportPreview, wishes: Wishes, problems: list[tuple[str, str]]) -> str:
    return render_template(
        "commissioner/import_preview.html",
        preview=preview,
        wishes=wishes,
        problems=problems,
        asked=preview.questions,
        column_choices=column_choices(),
        labels=dict(headings_of_fields()),
        reasons=reason_groups(),
        read=READ,
        anything=ANYTHING,
        shown=SHOWN,
    )


def _said(applied: Applied) -> str:
    """Return what was done, in a sentence."""
    parts = [f"{applied.created} new", f"{applied.changed} changed"]
    parts += [f"{applied.withdrawn} withdrawn"] if applied.withdrawn else []
    done = f"Imported: {', '.join(parts)}."
    waits = " ".join(waiting_sentences(applied.asked))
    if applied.published or waits:
        public = f"{applied.published} published: everybody can see them now." if applied.published else ""
        return " ".join(filter(None, (done, public, waits)))
    return f"{done} Nothing of it is public until you publish it." if applied.references else "Nothing had changed."
