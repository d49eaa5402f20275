"""Importing a spreadsheet in the workspace: sent, looked at, applied. It works without scripts, as all forms do."""

import csv
import io
import re
import uuid
from collections.abc import Callable

import openpyxl
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kil_pipeline.database import Database
from kil_pipeline.exchange.import_uploads import ImportUpload
from kil_pipeline.organisations.audit import AuditRow
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.drafts import create_entry, find_draft
from kil_pipeline.plan.statuses import Status
from tests.web.conftest import NOW
from tests.web.forms import Form
from tests.web.html import HtmlPage
from tests.web.visitors import csrf_token, send

Publish = Callable[..., str]
SHEET = "Title,How much\r\nTransport,£400k a year\r\nBefriending,a lot\r\n"


def upload(author: FlaskClient, sheet: str | bytes = SHEET, name: str = "plan.csv") -> TestResponse:
    file = io.BytesIO(sheet.encode() if isinstance(sheet, str) else sheet)
    token = csrf_token(author.get("/workspace/import").text)
    return author.post("/workspace/import", data={"file": (file, name), "csrf_token": token})


def preview_of(author: FlaskClient, sheet: str | bytes = SHEET, name: str = "plan.csv") -> tuple[str, HtmlPage]:
    address = upload(author, sheet, name).location or "refused"
    return address, HtmlPage(author.get(address))


def deeds(database: Database) -> list[tuple[str, str]]:
    with database.read() as session:
        rows = session.execute(sa.select(AuditRow.deed, AuditRow.subject).order_by(AuditRow.at, AuditRow.id))
        return [(deed, subject) for deed, subject in rows if deed != "sign_in"]


def test_a_sheet_is_looked_at_before_anything_of_it_is_in(author: FlaskClient) -> None:
    _, page = preview_of(author)
    assert page.texts("h3") == ["Befriending", "Transport"]
    assert [text for text in page.texts("dd") if text != "0"] == ["1", "1"]
    assert HtmlPage(author.get("/workspace")).texts("li", "result") == []


def test_the_button_takes_it_in_as_drafts_and_the_trail_says_so(
    author: FlaskClient, client: FlaskClient, sqlite_database: Database
) -> None:
    address, page = preview_of(author)
    answer = Form(page, address).send(author)
    workspace = HtmlPage(author.get(answer.location))
    assert workspace.texts("p", "govuk-notification-banner__heading") == [
        "Imported: 1 new, 0 changed. Nothing of it is public until you publish it."
    ]
    assert client.get("/entries/EXC-0001").status_code == 404
    assert deeds(sqlite_database) == [("import_entry", "EXC-0001")]
    assert author.get(address).status_code == 404


def test_a_tick_publishes_it_too(author: FlaskClient, client: FlaskClient) -> None:
    address, page = preview_of(author)
    Form(page, address).send(author, {"publish": "yes"})
    assert client.get("/entries/EXC-0001").status_code == 200


def test_bad_rows_come_back_as_a_sheet_that_says_what_to_mend(author: FlaskClient) -> None:
    address, page = preview_of(author)
    assert page.links()["Download them as a sheet"] == f"{address}/to-correct.csv"
    answer = author.get(f"{address}/to-correct.csv")
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    assert [row[1:] for row in rows] == [["Title", "How much"], ["Befriending", "a lot"]]
    assert (rows[0][0], rows[1][0].startswith("How much: ")) == ("What to mend", True)
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_missing_entry_is_withdrawn_with_a_tick_and_a_reason_that_is_asked_for(
    author: FlaskClient, publish: Publish, council: uuid.UUID, sqlite_database: Database
) -> None:
    publish(EntryContent("Gone"))
    address, page = preview_of(author)
    answer = Form(page, address).send(author, {"withdraw": "EXC-0001"})
    again = HtmlPage(answer, 400)
    assert again.texts("p", "govuk-error-message") == ["Error: Say why they are withdrawn. Readers see the reason."]
    form = Form(again, address)
    assert form.answers()["withdraw"] == ["EXC-0001"]
    form.send(author, {"reason": "The board dropped it."})
    with sqlite_database.read() as session:
        content = find_draft(session, council, "EXC-0001").content
    assert (content.status, content.status_reason) == (Status.WITHDRAWN, "The board dropped it.")


def test_what_changed_meanwhile_is_shown_before_it_is_applied(
    author: FlaskClient, council: uuid.UUID, sqlite_database: Database
) -> None:
    address, page = preview_of(author)
    with sqlite_database.write() as session:
        create_entry(session, council, EntryContent("Meanwhile"), now=NOW)
    answer = Form(page, address).send(author)
    summary = HtmlPage(answer, 409).texts("ul", "govuk-error-summary__list")
    assert summary == ["Something changed since you looked at this preview. Look again: this is how it is now."]
    assert Form(HtmlPage(author.get(address)), address).send(author).status_code == 302


def test_a_sheet_that_is_not_wanted_is_forgotten(author: FlaskClient, sqlite_database: Database) -> None:
    address, page = preview_of(author)
    Form(page, address).send(author, {"do": "forget"})
    with sqlite_database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(ImportUpload)) == 0


def test_a_file_that_is_no_plan_is_refused_in_words(author: FlaskClient) -> None:
    messages = [
        HtmlPage(upload(author, sheet, name), 400).texts("p", "govuk-error-message")[0]
        for sheet, name in ((b"%PDF-1.7", "plan.pdf"), (b"", "plan.csv"), ("Headline\r\n", "plan.csv"))
    ]
    assert messages == [
        "Error: plan.pdf is a PDF. Save the spreadsheet that it was made from as .xlsx or CSV.",
        "Error: plan.csv is empty.",
        "Error: There is no row below the headings.",
    ]


def test_no_file_at_all_is_asked_for(author: FlaskClient) -> None:
    page = HtmlPage(send(author, "/workspace/import"), 400)
    assert page.texts("p", "govuk-error-message") == ["Error: Choose a file: .xlsx or .csv."]


def test_more_rows_than_a_page_can_show_are_refused(author: FlaskClient) -> None:
    sheet = "Headline\r\n" + "".join(f"Row {n}\r\n" for n in range(1_001))
    page = HtmlPage(upload(author, sheet), 400)
    assert page.texts("p", "govuk-error-message") == [
        "Error: The file has more than 1,000 rows. Split it, and send the parts one by one."
    ]


def test_the_own_plan_comes_as_a_workbook_that_nobody_keeps_and_the_trail_names(
    author: FlaskClient, publish: Publish, sqlite_database: Database
) -> None:
    publish(EntryContent("Transport"))
    answer = send(author, "/workspace/plan.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).worksheets[0]
    assert [sheet["A2"].value, sheet["C2"].value] == ["EXC-0001", "Transport"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert deeds(sqlite_database) == [("download_plan", "")]
    _, page = preview_of(author, answer.data)
    assert re.findall(r"Row \d+ · \S+ · .*", "\n".join(page.texts("li"))) == ["Row 2 · EXC-0001 · Transport"]


def test_hostile_cells_are_shown_as_what_they_are(author: FlaskClient) -> None:
    _, page = preview_of(author, 'Headline,How much\r\n"<script>alert(1)</script>Rides","<b>lots</b>\x00\x0b"\r\n')
    assert [script for script in page.texts("script") if "alert" in script] == []
    assert page.texts("h3") == ["alert(1)Rides"]
