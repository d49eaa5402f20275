"""Tender notices find the planned opportunity that they belong to, and open it."""

import uuid
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.codec import from_json
from kil_pipeline.database import Database
from kil_pipeline.errors import NotFound
from kil_pipeline.events.log import EventRow
from kil_pipeline.exchange.notice_attaching import attach_notice
from kil_pipeline.exchange.notice_matching import MatchReport, match_notices
from kil_pipeline.exchange.notice_similarity import LEAST_SCORE, compare_texts
from kil_pipeline.exchange.tender_notices import (
    TenderNotice,
    count_notices_to_match,
    dismiss_notice,
    notices_to_match,
    own_notice,
)
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.disclosures import Disclosure, DisclosureState
from kil_pipeline.plan.drafts import create_entry, read_draft, save_draft
from kil_pipeline.plan.entries import Entry, PublicEntryRow
from kil_pipeline.plan.expected_dates import Confidence
from kil_pipeline.plan.publishing_rules import PublishingRules, choose_rules
from kil_pipeline.plan.statuses import Status
from kil_pipeline.plan.submissions import submissions_of
from tests.exchange.sheets import a_release, import_notices, write_releases
from tests.factories import NOW, a_commissioner, publish, some_content

COUNTY = "Exampleshire County Council"
OTHER_PROCESS = "ocds-h6vhtk-000009"


def a_tender(**parts: Any) -> dict[str, Any]:
    tender = {
        "status": "active",
        "tenderPeriod": {"endDate": "2026-12-14T12:00:00+00:00"},
        "documents": [
            {"noticeType": "UK4", "url": "https://www.find-tender.service.gov.uk/Notice/000002-2026"},
        ],
    }
    base = {"id": "000002-2026", "date": "2026-11-20T09:00:00+00:00", "tag": ["tender"], "planning": {}}
    return a_release(**(base | parts | {"tender": tender | parts.get("tender", {})}))


def bring(database: Database, folder: Path, *releases: object, dry_run: bool = False) -> MatchReport:
    return match_notices(database, write_releases(folder / "day.json", *releases), dry_run=dry_run, now=NOW)


def county(session: Session) -> uuid.UUID:
    return a_commissioner(session, COUNTY, prefix="ECC").id


def public(session: Session) -> EntryContent:
    return from_json(EntryContent, session.scalars(sa.select(PublicEntryRow.content)).one())


def test_a_tender_of_the_same_process_opens_its_entry_and_everybody_hears(database: Database, tmp_path: Path) -> None:
    import_notices(database, tmp_path, a_release(), publish=True)
    report = bring(database, tmp_path, a_tender())
    assert report.attached == ["ECC-0001: UK4 notice 000002-2026 belongs to it."]
    with database.read() as session:
        content = public(session)
        kinds = list(session.scalars(sa.select(EventRow.kind).order_by(EventRow.position)))
    assert content.status is Status.OPEN
    assert [(n.kind, n.id, n.url) for n in content.notices][-1] == (
        "UK4",
        "000002-2026",
        "https://www.find-tender.service.gov.uk/Notice/000002-2026",
    )
    opens, due = content.milestone("opens"), content.milestone("bids_due")
    assert opens is not None
    assert due is not None
    assert (opens.earliest, opens.confidence, due.latest) == (
        date(2026, 11, 20),
        Confidence.CONFIRMED,
        date(2026, 12, 14),
    )
    assert "OpportunityOpened" in kinds


def test_the_same_file_again_changes_nothing(database: Database, tmp_path: Path) -> None:
    import_notices(database, tmp_path, a_release(), publish=True)
    bring(database, tmp_path, a_tender())
    again = bring(database, tmp_path, a_tender())
    assert (again.attached, again.unchanged) == ([], 1)


def test_a_dry_run_keeps_nothing(database: Database, tmp_path: Path) -> None:
    import_notices(database, tmp_path, a_release(), publish=True)
    assert len(bring(database, tmp_path, a_tender(), dry_run=True).attached) == 1
    with database.read() as session:
        assert public(session).status is Status.PUBLISHED
        assert list(session.scalars(sa.select(TenderNotice.id))) == []


def test_a_tender_that_closed_already_is_attached_and_opens_nothing(database: Database, tmp_path: Path) -> None:
    import_notices(database, tmp_path, a_release(), publish=True)
    bring(database, tmp_path, a_tender(tender={"tenderPeriod": {"endDate": "2026-11-22T12:00:00+00:00"}}))
    with database.read() as session:
        content = public(session)
    assert (content.status, len(content.notices)) == (Status.PUBLISHED, 2)


def test_a_later_notice_of_a_process_follows_the_first_one(database: Database, tmp_path: Path) -> None:
    import_notices(database, tmp_path, a_release(), publish=True)
    later = a_tender(id="000003-2026", date="2026-11-21T09:00:00+00:00", tag=["tenderUpdate"], tender={"documents": []})
    report = bring(database, tmp_path, later, a_tender())
    assert [line.split(" ")[3] for line in report.attached] == ["000002-2026", "000003-2026"]


def test_another_process_is_suggested_and_a_person_attaches_it(database: Database, tmp_path: Path) -> None:
    with database.write() as session:
        council = county(session)
        entry = publish(session, council, some_content("Community transport for older people", cpv=("60130000",)))
        publish(session, council, some_content("Library books"))
    report = bring(database, tmp_path, a_tender(ocid=OTHER_PROCESS))
    assert (report.attached, report.suggested, report.unmatched) == ([], 1, 0)
    with database.write() as session:
        (found,) = notices_to_match(session, council)
        assert [(s.reference, s.why) for s in found.suggestions] == [
            ("ECC-0001", "the same words: community, transport; the same kind of service (CPV)")
        ]
        attach_notice(session, own_notice(session, council, "000002-2026"), entry, now=NOW)
        assert count_notices_to_match(session, council) == 0
        assert read_draft(session, entry).status is Status.OPEN


def test_one_notice_may_belong_to_several(database: Database, tmp_path: Path) -> None:
    with database.write() as session:
        council = county(session)
        entries = [publish(session, council, some_content(f"Community transport {n}")) for n in (1, 2)]
    bring(database, tmp_path, a_tender(ocid=OTHER_PROCESS))
    with database.write() as session:
        for entry in entries:
            attach_notice(session, own_notice(session, council, "000002-2026"), entry, now=NOW)
        assert [read_draft(session, entry).status for entry in entries] == [Status.OPEN, Status.OPEN]


def test_what_is_not_published_stays_so_when_a_notice_is_attached(database: Database, tmp_path: Path) -> None:
    import_notices(database, tmp_path, a_release(), publish=True)
    with database.write() as session:
        entry = session.scalars(sa.select(PublicEntryRow.entry_id)).one()
        draft = read_draft(session, entry)
        edited = EntryContent("Edited, not published", notices=draft.content.notices)
        save_draft(session, entry, edited, version=draft.version, now=NOW)
    bring(database, tmp_path, a_tender())
    with database.read() as session:
        assert (public(session).headline, public(session).status) == ("Community transport", Status.OPEN)
        draft = read_draft(session, entry)
    assert (draft.content.headline, draft.content.status, draft.published) == (
        "Edited, not published",
        Status.OPEN,
        False,
    )
    assert [notice.id for notice in draft.content.notices] == ["000001-2026", "000002-2026"]


def test_where_a_second_pair_of_eyes_is_wanted_a_notice_waits_for_it(database: Database, tmp_path: Path) -> None:
    import_notices(database, tmp_path, a_release(), publish=True)
    with database.write() as session:
        council = session.scalars(sa.select(Entry.organisation_id)).one()
        choose_rules(session, council, PublishingRules(four_eyes=True))
    bring(database, tmp_path, a_tender())
    with database.read() as session:
        (waiting,) = submissions_of(session, council)
        assert (public(session).status, waiting.content.status) == (Status.PUBLISHED, Status.OPEN)


def test_a_draft_that_nobody_published_stays_a_draft(database: Database, tmp_path: Path) -> None:
    with database.write() as session:
        council = county(session)
        late = Disclosure("milestones.opens", DisclosureState.UNDECIDED, "undecided.budget")
        entry = create_entry(session, council, some_content("Rides", disclosures=(late,)), now=NOW).entry_id
    bring(database, tmp_path, a_tender(ocid=OTHER_PROCESS))
    with database.write() as session:
        draft = attach_notice(session, own_notice(session, council, "000002-2026"), entry, now=NOW)
        assert (draft.status, draft.content.status, draft.content.disclosures) == (Status.DRAFT, Status.OPEN, ())
        assert list(session.scalars(sa.select(PublicEntryRow.entry_id))) == []


def test_a_notice_that_is_not_ours_is_not_asked_about_again(database: Database, tmp_path: Path) -> None:
    with database.write() as session:
        council = county(session)
        publish(session, council, some_content("Community transport"))
    bring(database, tmp_path, a_tender(ocid=OTHER_PROCESS))
    with database.write() as session:
        dismiss_notice(session, council, "000002-2026", NOW + timedelta(hours=1))
    assert bring(database, tmp_path, a_tender(ocid=OTHER_PROCESS)).unchanged == 1
    with database.read() as session:
        assert notices_to_match(session, council) == ()


def test_another_commissioner_decides_on_nothing(database: Database, tmp_path: Path) -> None:
    with database.write() as session:
        county(session)
        other = a_commissioner(session, "Another Council", prefix="OTH").id
    bring(database, tmp_path, a_tender())
    with database.write() as session:
        with pytest.raises(NotFound):
            dismiss_notice(session, other, "000002-2026", NOW)
        assert notices_to_match(session, other) == ()


def test_notices_of_strangers_and_other_releases_are_left_out_and_counted(database: Database, tmp_path: Path) -> None:
    report = bring(database, tmp_path, a_tender(), a_release(), a_tender(id=""))
    assert dict(report.skipped) == {
        "notices of commissioners that are not here": 1,
        "releases that are no tender notices": 1,
        "the release ocds-h6vhtk-000001 has no id": 1,
    }


@pytest.mark.parametrize(
    ("description", "kind"),
    [("Under the Provider Selection Regime, competitive process.", "PSR"), ("Rides to clubs.", "Tender")],
)
def test_a_notice_under_the_provider_selection_regime_is_known_by_its_words(
    database: Database, tmp_path: Path, description: str, kind: str
) -> None:
    with database.write() as session:
        council = county(session)
    bring(database, tmp_path, a_tender(tender={"documents": [], "description": description}))
    with database.read() as session:
        assert [(n.notice.kind, n.opens) for n in notices_to_match(session, council)] == [(kind, True)]


@pytest.mark.parametrize(
    ("title", "headline", "suggested"),
    [
        ("Provision of Community Transport Services", "Community transport", True),
        ("Level 2 Sexual Health Services - Breckland", "Sexual health services", True),
        ("Provision of Catering Services", "Provision of Cleaning Services", False),
        ("Services", "Services", False),
    ],
)
def test_titles_are_alike_by_the_words_that_tell_something(title: str, headline: str, suggested: bool) -> None:
    assert (compare_texts(title, (), headline, ()).score >= LEAST_SCORE) is suggested


def test_the_cpv_class_decides_where_words_alone_would_not() -> None:
    words = compare_texts("Rides for patients in Exampleshire", (), "Patients get to the clinic", ())
    codes = compare_texts(
        "Rides for patients in Exampleshire", ("60130000",), "Patients get to the clinic", ("60130000",)
    )
    assert (words.score, codes.score) == (25, 50)
