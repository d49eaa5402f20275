"""The walk of docs/guides/spreadsheets.md: two hundred rows, full of real-life mess, made public with reasons."""

import csv
import io
import uuid
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from kil_pipeline.database import Database
from kil_pipeline.organisations.organisations import Organisation
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.queries import all_public_entries
from tests.exchange.messy_sheets import ROWS, messy_csv_rows, write_messy_workbook
from tests.web.forms import Form
from tests.web.html import HtmlPage
from tests.web.test_import_pages import preview_of
from tests.web.visitors import csrf_token

REST = {
    "areas": "read:Leeds", "value": "reason:undecided.budget", "route": "reason:undecided.route",
    "opens": "reason:undecided.decision", "service_starts": "reason:undecided.decision",
    "service_ends": "reason:undecided.decision",
}  # fmt: skip
"""What is done with every word of a column that cannot be read."""
BLANKS = {"value": "undecided.budget", "route": "undecided.route", "opens": "undecided.decision"}


@pytest.fixture(params=["xlsx", "csv"])
def sheet(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[bytes, str]:
    """The sheet as a workbook, and as Excel on Windows writes CSV."""
    if request.param == "xlsx":
        return write_messy_workbook(tmp_path / "plan.xlsx").read_bytes(), "plan.xlsx"
    out = io.StringIO(newline="")
    csv.writer(out).writerows(messy_csv_rows())
    return out.getvalue().encode("cp1252"), "plan.csv"


def counted(page: HtmlPage) -> dict[str, int]:
    """Return how many rows are new, to mend …, without those that are none."""
    found = {t: int(d) for t, d in zip(page.texts("dt"), page.texts("dd"), strict=True) if d.isdigit()}
    return {label: number for label, number in found.items() if number}


def choose(form: Form, *, rest: Mapping[str, str] = REST, blanks: Mapping[str, str] = BLANKS) -> dict[str, list[str]]:
    """Return the form's lists with an answer for the rest of each column, and a reason for its blanks."""
    words = zip(*(form.fields.getlist(name) for name in ("word_field", "word", "word_deed")), strict=True)
    fields = zip(*(form.fields.getlist(name) for name in ("blank_field", "blank_reason")), strict=True)
    return {
        "word_deed": [rest.get(field, deed) if word == "*" else deed for field, word, deed in words],
        "blank_reason": [blanks.get(field, chosen) for field, chosen in fields],
    }


def rename(database: Database, council: uuid.UUID) -> None:
    """Call the council by the name of a place, as real ones are."""
    with database.write() as session:
        session.execute(sa.update(Organisation).where(Organisation.id == council).values(name="Leeds City Council"))


def reasons(database: Database) -> Counter[str]:
    """Return how often each reason stands in the public plan."""
    with database.read() as session:
        entries = all_public_entries(session, Criteria())
        return Counter(said.reason for entry in entries for said in entry.content.disclosures)


@pytest.mark.slow
def test_a_plan_full_of_mess_is_public_with_reasons_after_two_looks(
    author: FlaskClient, sqlite_database: Database, council: uuid.UUID, sheet: tuple[bytes, str]
) -> None:
    rename(sqlite_database, council)
    address, page = preview_of(author, *sheet)
    before = counted(page)
    assert (before["New"] + before["To mend"], before["Left out"]) == (ROWS, 9)
    assert before["To mend"] > ROWS / 2
    form = Form(page, address)
    form.send(author, choose(form) | {"do": ["choose"], "same_headlines": ["yes"]})
    page = HtmlPage(author.get(address))
    assert counted(page) == {"New": ROWS, "Left out": 9}
    Form(page, address).send(author, {"do": "apply", "publish": "yes"})
    with sqlite_database.read() as session:
        assert len(list(all_public_entries(session, Criteria()))) == ROWS
    found = reasons(sqlite_database)
    assert set(found) == {"undecided.budget", "undecided.route", "undecided.decision", "withheld.commercial"}
    assert counted(preview_of(author, *sheet)[1]) == {"Unchanged": ROWS, "Left out": 9}


@pytest.mark.slow
def test_rows_that_came_back_are_read_as_their_sheet_was(
    author: FlaskClient, sqlite_database: Database, council: uuid.UUID, sheet: tuple[bytes, str]
) -> None:
    rename(sqlite_database, council)
    address, page = preview_of(author, *sheet)
    form = Form(page, address)
    form.send(author, choose(form, rest=REST | {"opens": ""}) | {"do": ["choose"], "same_headlines": ["yes"]})
    again = author.get(f"{address}/to-correct.csv").data
    page = HtmlPage(author.get(address))
    to_mend = counted(page)["To mend"]
    Form(page, address).send(author, {"do": "apply"})
    mended = again
    for word in (b"ASAP", b"Q1", b"rolling", b"Jan / Feb 2027"):
        mended = mended.replace(word, b"June 2027")
    assert counted(preview_of(author, mended, "to-correct.csv")[1])["New"] == to_mend


def test_answers_that_were_changed_and_not_looked_at_are_shown_first(author: FlaskClient) -> None:
    address, page = preview_of(author, "Title,How much\r\nTransport,\r\nBefriending,a lot\r\n")
    form = Form(page, address)
    answer = form.send(author, choose(form) | {"do": ["apply"]})
    shown = HtmlPage(answer, 409)
    assert counted(shown) == {"New": 1, "To mend": 1}
    assert shown.texts("ul", "govuk-error-summary__list") == [
        "You changed how the sheet is read. This is what it would change now: look, then import."
    ]
    assert Form(shown, address).send(author, {"do": "apply"}).location == "/workspace"


def test_a_day_that_cannot_be_read_is_asked_for_again_and_nothing_typed_is_lost(author: FlaskClient) -> None:
    address, page = preview_of(author, "Title,How much\r\nTransport,\r\n")
    form = Form(page, address)
    filled = choose(form) | {"do": ["choose"], "blank_by": ["soon", "", ""], "blank_who": ["The board", "", ""]}
    shown = HtmlPage(form.send(author, filled), 400)
    assert shown.texts("p", "govuk-error-message")[0].startswith("Error: How much: “soon” is not a date")
    kept = Form(shown, address).fields
    assert (kept.getlist("blank_by")[0], kept.getlist("blank_who")[0]) == ("soon", "The board")
    assert counted(HtmlPage(author.get(address))) == {"New": 1}


def test_what_was_answered_for_every_other_word_holds_for_the_next_sheet(author: FlaskClient) -> None:
    address, page = preview_of(author, "Title,How much\r\nTransport,a lot\r\nBefriending,some\r\n")
    form = Form(page, address)
    form.send(author, choose(form) | {"do": ["choose"]})
    Form(HtmlPage(author.get(address)), address).send(author, {"do": "apply"})
    _, page = preview_of(author, "Title,How much\r\nLunch clubs,plenty\r\n")
    assert counted(page) == {"New": 1, "In your plan, not in the sheet": 2}


def test_a_column_can_be_named_where_no_heading_is_ours(author: FlaskClient) -> None:
    rows = "No,Thing we buy,Team,Pot\r\n1,Befriending for older people,A,£20k\r\n2,Rides to the clinics,B,£5k\r\n"
    address, page = preview_of(author, rows)
    form = Form(page, address)
    assert (counted(page), form.fields["column-1"], form.fields["column-3"]) == ({"New": 2}, "headline", "")
    form.send(author, {"do": "choose", "column-3": "value"})
    assert [line for line in HtmlPage(author.get(address)).texts("li") if line.startswith("How much:")] == [
        "How much: £20,000.", "How much: £5,000."
    ]  # fmt: skip


def test_a_sheet_can_be_named(author: FlaskClient, tmp_path: Path) -> None:
    book = write_messy_workbook(tmp_path / "plan.xlsx").read_bytes()
    token = csrf_token(author.get("/workspace/import").text)
    sent = {"file": (io.BytesIO(book), "plan.xlsx"), "sheet": "Nowhere", "csrf_token": token}
    answer = author.post("/workspace/import", data=sent)
    assert HtmlPage(answer, 400).texts("p", "govuk-error-message") == [
        "Error: The file has no sheet “Nowhere”. It has: READ ME, Workplan 26-27, Lookups."
    ]


def test_what_only_parts_a_sheet_is_left_out(author: FlaskClient) -> None:
    rows = "Title,Value,Where,Tender date\r\nADULT CARE,,,\r\nBefriending,,,\r\nBefriending,,,\r\nTotal,9,,\r\n,4,,\r\n"
    address, page = preview_of(author, rows)
    assert counted(page) == {"New": 1, "Left out": 4}
    Form(page, address).send(author, {"do": "choose", "without_bare": "yes"})
    assert counted(HtmlPage(author.get(address))) == {"Left out": 5}
