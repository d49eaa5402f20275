"""Importing again: the same changes nothing, a changed sheet changes what it says and nothing else."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import sqlalchemy as sa

from kil_pipeline.database import Database
from kil_pipeline.organisations.members import User
from kil_pipeline.plan.contents import Author, Milestone, Notice
from kil_pipeline.plan.disclosures import Disclosure, DisclosureState
from kil_pipeline.plan.drafts import create_entry, find_draft, save_draft
from kil_pipeline.plan.entries import Entry, Revision
from kil_pipeline.plan.expected_dates import Precision, expected_span
from kil_pipeline.plan.publishing import publish_entry
from kil_pipeline.plan.statuses import Status
from tests.exchange.sheets import COUNCIL, a_council, contents, counts, import_rows, public_headlines, snapshot
from tests.factories import NOW, a_commissioner, some_content

HEADINGS = ["Headline", "What it is", "How much", "Applications or bids open"]
ROWS = (["One", "First", "£400k", "March 2027"], ["Two", "Second", "TBC", "autumn 2027"])


def edit_on_the_site(database: Database, reference: str, summary: str) -> None:
    """Change an entry's summary as a person does on the site."""
    with database.write() as session:
        user = User(email="author@example.org", created_at=NOW)
        session.add(user)
        session.flush()
        organisation_id = session.scalars(sa.select(Entry.organisation_id)).first()
        assert organisation_id is not None
        draft = find_draft(session, organisation_id, reference)
        content = replace(draft.content, summary=summary)
        save_draft(session, draft.entry_id, content, version=draft.version, by=Author(user.id), now=NOW)


def test_the_same_sheet_again_changes_nothing(database: Database, tmp_path: Path) -> None:
    a_council(database)
    import_rows(database, tmp_path, HEADINGS, *ROWS, publish=True)
    before = snapshot(database)
    report = import_rows(database, tmp_path, HEADINGS, *ROWS, publish=True)
    assert list(report.lines()) == ["0 new, 0 changed, 2 unchanged."]
    assert snapshot(database) == before


def test_a_changed_row_changes_its_entry_and_is_published_as_a_revision(database: Database, tmp_path: Path) -> None:
    a_council(database)
    import_rows(database, tmp_path, HEADINGS, *ROWS, publish=True)
    report = import_rows(database, tmp_path, HEADINGS, ["One", "First", "£400k", "May 2027"], publish=True)
    assert counts(report) == (0, 1, 0, 0)
    with database.read() as session:
        sentences = [row.sentences for row in session.scalars(sa.select(Revision).order_by(Revision.id))]
    assert sentences[-1] == [
        "Applications or bids open: moved from about March 2027 to about May 2027, two months later."
    ]


def test_a_sheet_with_fewer_columns_leaves_the_other_fields_alone(database: Database, tmp_path: Path) -> None:
    a_council(database)
    headings = [*HEADINGS, "Where: why not", "Status", "Reason for the status"]
    import_rows(database, tmp_path, headings, [*ROWS[0], "codesign", "On hold", "No money."])
    before = contents(database)["One"]
    report = import_rows(database, tmp_path, ["Headline", "How much"], ["One", "£500k"])
    assert counts(report) == (0, 1, 0, 0)
    after = contents(database)["One"]
    assert after == replace(before, value=after.value)
    assert after.status is Status.ON_HOLD


def test_a_cell_that_was_emptied_empties_its_field(sqlite_database: Database, tmp_path: Path) -> None:
    a_council(sqlite_database)
    import_rows(sqlite_database, tmp_path, HEADINGS, *ROWS)
    import_rows(sqlite_database, tmp_path, HEADINGS, ["One", "", "£400k", "March 2027"])
    assert contents(sqlite_database)["One"].summary is None


def test_an_entry_with_notices_keeps_them(sqlite_database: Database, tmp_path: Path) -> None:
    notice = Notice("UK2", "000001-2026", "", date(2026, 8, 10))
    with sqlite_database.write() as session:
        council = a_commissioner(session, prefix="EXA")
        create_entry(session, council.id, some_content("One", notices=(notice,)), now=NOW)
    import_rows(sqlite_database, tmp_path, ["Reference", "Headline", "What it is"], ["EXA-0001", "One", "More"])
    assert contents(sqlite_database)["One"] == some_content("One", summary="More", notices=(notice,))


def test_values_that_stay_withheld_are_not_lost_to_a_sheet_that_has_none(database: Database, tmp_path: Path) -> None:
    a_council(database)
    headings = ["Headline", "How much", "How much: why not", "Lots", "Lots: why not"]
    import_rows(database, tmp_path, headings, ["One", "£777k", "commercial", "3 lots", "commercial"])
    import_rows(database, tmp_path, headings, ["One", "", "confidence", "3 lots", ""])
    assert [(path, value) for _, path, value, _ in snapshot(database)["withheld_value"]] == [("value", "£777k")]


def test_what_was_edited_on_the_site_is_not_overwritten(database: Database, tmp_path: Path) -> None:
    a_council(database)
    import_rows(database, tmp_path, HEADINGS, *ROWS)
    edit_on_the_site(database, "EXA-0001", "Better words")
    report = import_rows(database, tmp_path, HEADINGS, ["One", "Worse words", "£400k", "March 2027"])
    (problem,) = report.problems
    assert problem.line() == (
        "Row 2, Headline (“One”): EXA-0001 was edited on the site, and says something else there. "
        "Change it on the site, or import with --overwrite to let the sheet win."
    )
    assert contents(database)["One"].summary == "Better words"


def test_the_sheet_wins_where_that_is_asked_for(sqlite_database: Database, tmp_path: Path) -> None:
    a_council(sqlite_database)
    import_rows(sqlite_database, tmp_path, HEADINGS, *ROWS)
    edit_on_the_site(sqlite_database, "EXA-0001", "Better words")
    report = import_rows(sqlite_database, tmp_path, HEADINGS, ["One", "Newest", "£400k", "March 2027"], overwrite=True)
    assert counts(report) == (0, 1, 0, 0)
    assert contents(sqlite_database)["One"].summary == "Newest"


def test_an_unchanged_row_leaves_what_was_edited_on_the_site(sqlite_database: Database, tmp_path: Path) -> None:
    a_council(sqlite_database)
    import_rows(sqlite_database, tmp_path, HEADINGS, *ROWS)
    edit_on_the_site(sqlite_database, "EXA-0001", "Better words")
    assert counts(import_rows(sqlite_database, tmp_path, HEADINGS, *ROWS)) == (0, 0, 2, 0)
    assert contents(sqlite_database)["One"].summary == "Better words"


def test_our_reference_finds_an_entry_whose_headline_was_reworded(sqlite_database: Database, tmp_path: Path) -> None:
    a_council(sqlite_database)
    import_rows(sqlite_database, tmp_path, ["Headline"], ["One"])
    report = import_rows(sqlite_database, tmp_path, ["Reference", "Headline"], ["exa-0001", "One, reworded"])
    assert counts(report) == (0, 1, 0, 0)
    assert set(contents(sqlite_database)) == {"One, reworded"}


def test_a_reference_of_the_commissioners_own_finds_it_too(sqlite_database: Database, tmp_path: Path) -> None:
    a_council(sqlite_database)
    import_rows(sqlite_database, tmp_path, ["Contract reference", "Headline"], ["ASC/17", "One"])
    report = import_rows(sqlite_database, tmp_path, ["Contract reference", "Headline"], ["ASC/17", "Reworded"])
    assert counts(report) == (0, 1, 0, 0)
    assert set(contents(sqlite_database)) == {"Reworded"}


def test_a_sheet_that_gets_references_later_doubles_nothing(database: Database, tmp_path: Path) -> None:
    a_council(database)
    import_rows(database, tmp_path, ["Headline"], ["One"], ["Two"])
    report = import_rows(database, tmp_path, ["Ref", "Headline"], ["A1", "One"], ["A2", "Two"], ["A3", "Two"])
    assert counts(report) == (1, 0, 2, 0)
    again = import_rows(database, tmp_path, ["Ref", "Headline"], ["A1", "One"], ["A2", "Two b"], ["A3", "Two"])
    assert counts(again) == (0, 1, 2, 0)


def test_one_reference_in_two_rows_is_reported(sqlite_database: Database, tmp_path: Path) -> None:
    a_council(sqlite_database)
    import_rows(sqlite_database, tmp_path, ["Headline"], ["One"])
    for reference in ("EXA-0001", "A1"):
        report = import_rows(
            sqlite_database, tmp_path, ["Reference", "Headline"], [reference, "One"], [reference, "Two"],
            to_correct=tmp_path / f"{reference}.csv",
        )  # fmt: skip
        assert report.problems[0].line() == "Row 3, Headline (“Two”): Row 2 has the same reference."
    assert "Two" not in contents(sqlite_database)


def test_another_organisations_entry_is_left_out_and_left_alone(database: Database, tmp_path: Path) -> None:
    with database.write() as session:
        a_commissioner(session, prefix="EXA")
        board = a_commissioner(session, "NHS Exampleshire Integrated Care Board", prefix="ICB")
        draft = create_entry(session, board.id, some_content("Theirs"), now=NOW)
        publish_entry(session, draft.entry_id, now=NOW)
    report = import_rows(database, tmp_path, ["Reference", "Headline"], ["ICB-0001", "Ours"], organisation=COUNCIL)
    assert dict(report.skipped) == {"the reference of another organisation’s planned opportunity": 1}
    assert set(contents(database)) == public_headlines(database) == {"Theirs"}


def test_key_dates_and_reasons_that_the_sheet_does_not_list_stay(sqlite_database: Database, tmp_path: Path) -> None:
    opens = Milestone("opens", expected_span(date(2027, 3, 1), Precision.MONTH))
    decision = Milestone("decision", expected_span(date(2027, 6, 1), Precision.MONTH))
    unsettled = Disclosure("lots", DisclosureState.UNDECIDED, "undecided.codesign")
    content = some_content("One", milestones=(opens, decision), disclosures=(unsettled,))
    with sqlite_database.write() as session:
        create_entry(session, a_commissioner(session, prefix="EXA").id, content, now=NOW)
    import_rows(
        sqlite_database, tmp_path, ["Reference", "Headline", "Decision"], ["EXA-0001", "One", "July 2027"]
    )  # fmt: skip
    later = Milestone("decision", expected_span(date(2027, 7, 1), Precision.MONTH))
    assert contents(sqlite_database)["One"] == replace(content, milestones=(opens, later))
