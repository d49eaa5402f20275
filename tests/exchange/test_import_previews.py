"""What a spreadsheet would change, and that exactly this is done."""

import uuid
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
import sqlalchemy as sa

from kil_pipeline.alerts.deliveries import Delivery
from kil_pipeline.database import Database
from kil_pipeline.errors import EditedMeanwhile, InvalidContent, NotFound
from kil_pipeline.exchange.import_application import Applied, Wishes, apply_import
from kil_pipeline.exchange.import_previews import ImportPreview, preview_import
from kil_pipeline.exchange.import_uploads import erase_old_uploads, find_sheet, keep_sheet
from kil_pipeline.exchange.plan_sheets import find_plan_sheet
from kil_pipeline.exchange.plan_workbooks import workbook_headings, workbook_keys, write_plan_workbook
from kil_pipeline.organisations.members import Role, add_member
from kil_pipeline.plan.contents import Author, EntryContent
from kil_pipeline.plan.disclosures import Disclosure, DisclosureState
from kil_pipeline.plan.drafts import create_entry, find_draft, private_drafts, save_draft
from kil_pipeline.plan.entries import PublicEntryRow
from kil_pipeline.plan.publishing import publish_entry
from kil_pipeline.plan.publishing_rules import PublishingRules, choose_rules
from kil_pipeline.plan.statuses import Status
from kil_pipeline.plan.submissions import Request
from kil_pipeline.plan.withheld import withheld_values
from tests.exchange.sheets import Cells, contents, write_csv
from tests.factories import NOW, a_commissioner, some_content

LATER = NOW + timedelta(hours=1)
PRIVATE = Disclosure("value", DisclosureState.WITHHELD, "withheld.commercial")


class Desk:
    """A council's author with a folder for files."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.folder = database, folder
        with database.write() as session:
            self.council = a_commissioner(session, prefix="EXA").id
            self.author = Author(
                add_member(
                    session, email="author@example.org", organisation_id=self.council, role=Role.AUTHOR, now=NOW
                ).user_id
            )  # fmt: skip

    def write(self, content: EntryContent, *, withheld: dict[str, str] | None = None, public: bool = False) -> None:
        with self.database.write() as session:
            draft = create_entry(session, self.council, content, withheld=withheld, by=self.author, now=NOW)
            if public:
                publish_entry(session, draft.entry_id, now=NOW)

    def edit(self, reference: str, content: EntryContent) -> None:
        with self.database.write() as session:
            draft = find_draft(session, self.council, reference)
            save_draft(session, draft.entry_id, content, version=draft.version, by=self.author, now=NOW)

    def download(self) -> Path:
        path = self.folder / "plan.xlsx"
        with path.open("wb") as file, self.database.read() as session:
            write_plan_workbook(private_drafts(session, self.council), file)
        return path

    def send(self, path: Path) -> uuid.UUID:
        sheet = find_plan_sheet(path)
        with self.database.write() as session:
            assert self.author.user_id is not None
            return keep_sheet(
                session, self.council, self.author.user_id, file_name=path.name, headings=sheet.columns.headings,
                rows=sheet.rows, others=sheet.others, exact_width=sheet.exact_width, now=NOW,
            )  # fmt: skip

    def send_rows(self, *rows: Cells) -> uuid.UUID:
        return self.send(write_csv(self.folder / "plan.csv", *rows))

    def preview(self, upload: uuid.UUID) -> ImportPreview:
        with self.database.read() as session:
            return preview_import(session, self.council, find_sheet(session, self.council, upload, NOW), now=NOW)

    def apply(self, upload: uuid.UUID, fingerprint: str = "", **wishes: object) -> Applied:
        seen = fingerprint or self.preview(upload).fingerprint
        with self.database.write() as session:
            sheet = find_sheet(session, self.council, upload, NOW)
            return apply_import(
                session, self.council, sheet, seen, Wishes(**wishes), by=self.author, now=LATER  # type: ignore[arg-type]  # a test's own wishes
            )  # fmt: skip


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    return Desk(database, tmp_path)


def states(preview: ImportPreview) -> list[tuple[int, str]]:
    return [(row.number, row.state) for row in preview.rows]


def change(path: Path, row: int, **cells: str) -> Path:
    """Change cells of a downloaded plan, as a spreadsheet program would."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    for key, text in cells.items():
        sheet.cell(row, workbook_keys().index(key) + 1, text)
    book.save(path)
    return path


def test_a_downloaded_plan_that_nobody_touched_changes_nothing(desk: Desk) -> None:
    desk.write(
        some_content("=cmd|' /C calc'!A0", summary="-1\n\n+2", disclosures=(PRIVATE,)), withheld={"value": "£4m"}
    )
    desk.write(some_content("Public", themes=("mental-health",)), public=True)
    preview = desk.preview(desk.send(desk.download()))
    assert (states(preview), preview.missing, preview.warnings) == ([(2, "unchanged"), (3, "unchanged")], (), ())


def test_a_row_that_nobody_touched_leaves_what_was_saved_meanwhile(desk: Desk) -> None:
    desk.write(some_content("Transport"))
    path = desk.download()
    desk.edit("EXA-0001", some_content("Transport", summary="Saved meanwhile."))
    assert states(desk.preview(desk.send(path))) == [(2, "unchanged")]


def test_each_row_says_what_becomes_of_it(desk: Desk) -> None:
    for headline in ("Changed", "Conflict", "Wrong", "Missing"):
        desk.write(some_content(headline))
    path = desk.download()
    desk.edit("EXA-0002", some_content("Conflict", summary="Theirs."))
    change(path, 2, summary="Rides.")
    change(path, 3, summary="Ours.")
    change(path, 4, value="a lot of money")
    book = openpyxl.load_workbook(path)
    book.worksheets[0].delete_rows(5)
    book.worksheets[0].append([None, None, "New"])
    book.save(path)
    preview = desk.preview(desk.send(path))
    assert states(preview) == [(2, "changed"), (3, "conflict"), (4, "wrong"), (5, "new")]
    assert [row.lines for row in preview.rows] == [("What it is: Rides.",), ("What it is is now: Ours.",), (), ()]
    assert [problem.column for problem in preview.rows[2].problems] == ["How much"]
    assert [entry.reference for entry in preview.missing] == ["EXA-0004"]


def test_what_was_previewed_is_applied_and_nothing_else(desk: Desk) -> None:
    for headline in ("Changed", "Conflict", "Missing"):
        desk.write(some_content(headline), public=True)
    path = desk.download()
    desk.edit("EXA-0002", some_content("Conflict", summary="Theirs."))
    change(path, 2, summary="Rides.")
    change(path, 3, summary="Ours.")
    applied = desk.apply(desk.send(path))
    assert (applied.created, applied.changed, applied.withdrawn, applied.published) == (0, 1, 0, 0)
    assert {headline: content.summary for headline, content in contents(desk.database).items()} == {
        "Changed": "Rides.",
        "Conflict": "Theirs.",
        "Missing": None,
    }


def test_the_sheet_counts_in_a_conflict_where_somebody_says_so(desk: Desk) -> None:
    desk.write(some_content("Conflict"))
    path = change(desk.download(), 2, summary="Ours.")
    desk.edit("EXA-0001", some_content("Conflict", summary="Theirs."))
    applied = desk.apply(desk.send(path), sheet_wins=frozenset({2}))
    assert (applied.changed, contents(desk.database)["Conflict"].summary) == (1, "Ours.")


def test_a_preview_that_is_out_of_date_is_not_applied(desk: Desk) -> None:
    desk.write(some_content("Transport"))
    upload = desk.send(change(desk.download(), 2, summary="Ours."))
    seen = desk.preview(upload).fingerprint
    desk.edit("EXA-0001", some_content("Transport", summary="Theirs."))
    with pytest.raises(EditedMeanwhile):
        desk.apply(upload, seen)
    assert contents(desk.database)["Transport"].summary == "Theirs."


def test_what_is_missing_is_withdrawn_where_asked_with_its_reason(desk: Desk) -> None:
    desk.write(some_content("Kept"), public=True)
    desk.write(some_content("Gone"), public=True)
    upload = desk.send_rows(["Reference", "Headline"], ["EXA-0001", "Kept"])
    with pytest.raises(InvalidContent):
        desk.apply(upload, withdraw=frozenset({"EXA-0002"}), reason="  ")
    applied = desk.apply(upload, withdraw=frozenset({"EXA-0002"}), reason="The board dropped it.", publish=True)
    gone = contents(desk.database)["Gone"]
    assert (applied.withdrawn, applied.published) == (1, 1)
    assert (gone.status, gone.status_reason) == (Status.WITHDRAWN, "The board dropped it.")


def test_where_a_second_pair_of_eyes_is_wanted_everything_waits_and_approvers_hear_once(desk: Desk) -> None:
    desk.write(some_content("Gone"), public=True)
    with desk.database.write() as session:
        choose_rules(session, desk.council, PublishingRules(four_eyes=True))
        add_member(session, email="boss@example.org", organisation_id=desk.council, role=Role.APPROVER, now=NOW)
    upload = desk.send_rows(["Headline"], ["New one"], ["New two"])
    applied = desk.apply(upload, withdraw=frozenset({"EXA-0001"}), reason="The board dropped it.", publish=True)
    assert (applied.created, applied.withdrawn, applied.published) == (2, 1, 0)
    assert applied.asked == {Request.WAITING: 3}
    with desk.database.read() as session:
        assert session.scalars(sa.select(PublicEntryRow.status)).all() == ["published"]
        assert session.scalars(sa.select(Delivery.address)).all() == ["boss@example.org"]


def test_a_draft_is_never_withdrawn(desk: Desk) -> None:
    desk.write(some_content("Draft"))
    applied = desk.apply(desk.send_rows(["Headline"], ["New"]), withdraw=frozenset({"EXA-0001"}), reason="Why not.")
    assert (applied.created, applied.withdrawn, contents(desk.database)["Draft"].status) == (1, 0, Status.PUBLISHED)


def test_an_entry_whose_row_cannot_be_read_is_not_missing(desk: Desk) -> None:
    desk.write(some_content("Transport"), public=True)
    upload = desk.send_rows(["Reference", "Headline", "How much"], ["exa-0001", "Transport", "a lot"])
    assert desk.preview(upload).missing == ()


def test_a_status_that_cannot_follow_is_told_in_the_preview(desk: Desk) -> None:
    desk.write(some_content("Over", status=Status.CONCLUDED), public=True)
    preview = desk.preview(desk.send(change(desk.download(), 2, status="Open now")))
    assert [problem.message for problem in preview.rows[0].problems] == ["“Concluded” cannot become “Open now”."]


def test_a_private_value_goes_out_and_comes_back(desk: Desk) -> None:
    desk.write(some_content("Transport", disclosures=(PRIVATE,)), withheld={"value": "£400,000 a year"})
    preview = desk.preview(upload := desk.send(change(desk.download(), 2, value="£500,000 a year")))
    assert preview.rows[0].lines == ("A value that only your organisation sees changes.",)
    desk.apply(upload)
    with desk.database.read() as session:
        draft = find_draft(session, desk.council, "EXA-0001")
        assert withheld_values(session, draft.entry_id) == {"value": "£500,000 a year"}


def test_the_same_sheet_twice_makes_no_conflict_and_a_newer_one_is_taken(desk: Desk) -> None:
    rows = (["Headline", "Summary"], ["Transport", "One."])
    desk.apply(desk.send_rows(*rows))
    assert states(desk.preview(desk.send_rows(*rows))) == [(2, "unchanged")]
    newer = desk.send_rows(["Headline", "Summary"], ["Transport", "Two."])
    assert states(desk.preview(newer)) == [(2, "changed")]
    desk.apply(newer)
    desk.edit("EXA-0001", some_content("Transport", summary="By hand."))
    third = desk.send_rows(["Headline", "Summary"], ["Transport", "Three."])
    assert states(desk.preview(third)) == [(2, "conflict")]


def test_a_sheet_is_forgotten_once_applied_or_after_a_day(desk: Desk) -> None:
    applied, waiting = (desk.send_rows(["Headline"], [headline]) for headline in ("One", "Two"))
    desk.apply(applied)
    with pytest.raises(NotFound):
        desk.preview(applied)
    with desk.database.write() as session:
        assert erase_old_uploads(session, NOW + timedelta(hours=23)) == 0
        assert erase_old_uploads(session, NOW + timedelta(days=1)) == 1
    with pytest.raises(NotFound):
        desk.preview(waiting)


def test_another_organisation_does_not_see_the_sheet(desk: Desk) -> None:
    upload = desk.send_rows(["Headline"], ["One"])
    with desk.database.write() as session:
        other = a_commissioner(session, "Another Council", prefix="OTH").id
        with pytest.raises(NotFound):
            find_sheet(session, other, upload, NOW)


def test_the_workbook_locks_references_hides_versions_and_offers_choices(desk: Desk) -> None:
    desk.write(some_content("=1+1"))
    sheet = openpyxl.load_workbook(desk.download()).worksheets[0]
    assert tuple(cell.value for cell in sheet[1]) == workbook_headings()
    assert (sheet.protection.sheet, sheet["A2"].protection.locked, sheet["C2"].protection.locked) == (True, True, False)
    assert (sheet.column_dimensions["B"].hidden, sheet["C2"].value, sheet["C2"].data_type) == (True, "'=1+1", "s")
    assert {validation.formula1 for validation in sheet.data_validations.dataValidation} >= {"Lists!$A$1:$A$6"}
    assert sheet["C1"].comment is not None


def test_two_hundred_messy_rows_are_told_apart(desk: Desk) -> None:
    rows = [["Row {n}", "£1m", "2027"], ["", "£1m", "2027"], ["Row {n}", "lots", "soon"], ["Total", "£9m", ""]]
    made = [[cell.format(n=n) for cell in rows[n % 4]] for n in range(200)]
    preview = desk.preview(desk.send_rows(["Title", "Budget", "Tender date"], *made))
    assert preview.counts == {"new": 50, "wrong": 100, "left_out": 50}
