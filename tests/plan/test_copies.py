"""Copies, next year's, parts, links: drafts of their own that say where they come from and hold nothing withheld."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings

from kil_pipeline.database import Database
from kil_pipeline.errors import InvalidContent
from kil_pipeline.plan.contents import EntryLink, LinkKind, Notice
from kil_pipeline.plan.copies import Copying, add_link, copy_entry, next_years_content, remove_link, split_entry
from kil_pipeline.plan.disclosures import Disclosure, DisclosureState
from kil_pipeline.plan.drafts import create_entry, read_draft
from kil_pipeline.plan.expected_dates import Confidence, ExpectedDate, Precision
from kil_pipeline.plan.linked_entries import LinkedEntry, linked_entries
from kil_pipeline.plan.publishing import publish_entry
from kil_pipeline.plan.queries import public_entry
from kil_pipeline.plan.statuses import Status
from kil_pipeline.plan.withheld import withheld_values
from tests.factories import NOW, TODAY, a_commissioner, a_milestone, publish, some_content
from tests.plan.values import expected_dates

COMMERCIAL = Disclosure("value", DisclosureState.WITHHELD, "withheld.commercial", expected_by=date(2027, 1, 4))
WHOLE = some_content(
    milestones=(a_milestone("opens", date(2027, 2, 1), Precision.MONTH, Confidence.CONFIRMED),),
    disclosures=(COMMERCIAL,),
    lots="Two lots.",
    status=Status.CONCLUDED,
    notices=(Notice("UK2", "1-2026", "https://example.org/1", date(2026, 9, 1)),),
)


def test_a_copy_says_the_same_without_its_history_and_without_what_is_withheld(database: Database) -> None:
    with database.write() as session:
        old = create_entry(session, a_commissioner(session).id, WHOLE, withheld={"value": "£5,000"}, now=NOW)
        new = copy_entry(session, old, Copying.COPY, now=NOW)
        assert new.content == replace(WHOLE, status=Status.PUBLISHED, notices=())
        assert (new.status, withheld_values(session, new.entry_id)) == (Status.DRAFT, {})
        assert withheld_values(session, old.entry_id) == {"value": "£5,000"}


def test_next_years_follows_what_is_public_with_dates_that_are_not_certain(database: Database) -> None:
    with database.write() as session:
        entry = publish(session, a_commissioner(session, prefix="EXC").id, WHOLE)
        new = copy_entry(session, read_draft(session, entry), Copying.NEXT_YEAR, now=NOW)
    opens = ExpectedDate(date(2028, 2, 1), date(2028, 2, 29), Precision.MONTH, Confidence.INDICATIVE)
    assert new.content.milestone("opens") == opens
    assert new.content.disclosures == (replace(COMMERCIAL, expected_by=None, review_on=TODAY),)
    assert new.content.links == (EntryLink(LinkKind.FOLLOWS, "EXC-0001"),)


def test_nobody_hears_of_a_draft_by_what_follows_it(database: Database) -> None:
    with database.write() as session:
        draft = create_entry(session, a_commissioner(session).id, WHOLE, now=NOW)
        assert copy_entry(session, draft, Copying.NEXT_YEAR, now=NOW).content.links == ()


@settings(max_examples=60)
@given(expected_dates)
def test_a_date_is_as_exact_a_year_on(when: ExpectedDate) -> None:
    content = some_content(milestones=(replace(a_milestone("opens", TODAY), when=when),))
    later = next_years_content(content, TODAY).milestone("opens")
    assert later is not None
    assert later.precision is when.precision
    assert timedelta(364) <= later.earliest - when.earliest <= timedelta(366)
    assert timedelta(364) <= later.latest - when.latest <= timedelta(367)


def test_parts_are_drafts_that_say_what_they_were_split_from(database: Database) -> None:
    with database.write() as session:
        entry = publish(session, a_commissioner(session, prefix="EXC").id, WHOLE)
        parts = split_entry(session, read_draft(session, entry), ["North", "South"], now=NOW)
        assert [(p.content.headline, p.content.lots, p.content.links) for p in parts] == [
            (name, None, (EntryLink(LinkKind.SPLIT_FROM, "EXC-0001"),)) for name in ("North", "South")
        ]
        assert read_draft(session, entry).content == WHOLE


@pytest.mark.parametrize("headlines", [[], ["North"], ["North", "North"], [str(n) for n in range(21)]])
def test_parts_are_two_to_twenty_with_different_headlines(database: Database, headlines: list[str]) -> None:
    with database.write() as session:
        draft = create_entry(session, a_commissioner(session).id, WHOLE, now=NOW)
        with pytest.raises(InvalidContent):
            split_entry(session, draft, headlines, now=NOW)


def test_a_link_shows_on_both_pages_once_it_is_published(database: Database) -> None:
    with database.write() as session:
        council = a_commissioner(session, prefix="EXC").id
        publish(session, council, some_content("Old"))
        entry = publish(session, council, some_content("New"))
        add_link(session, read_draft(session, entry), LinkKind.REPLACES, " exc-0001 ", now=NOW)
        assert linked_entries(session, public_entry(session, "EXC-0001")) == ()
        publish_entry(session, entry, now=NOW)
        assert linked_entries(session, public_entry(session, "EXC-0001")) == (
            LinkedEntry("Replaced by", "EXC-0002", "New"),
        )
        assert linked_entries(session, public_entry(session, "EXC-0002")) == (
            LinkedEntry("Replaces", "EXC-0001", "Old"),
        )
        remove_link(session, read_draft(session, entry), "EXC-0001", now=NOW)
        publish_entry(session, entry, now=NOW)
        assert linked_entries(session, public_entry(session, "EXC-0001")) == ()


@pytest.mark.parametrize("other", ["EXC-0001", "EXC-0002", "OTH-0001", "EXC-9999", ""])
def test_only_what_the_organisation_has_published_can_be_linked(database: Database, other: str) -> None:
    with database.write() as session:
        council, trust = (a_commissioner(session, name, prefix=name) for name in ("EXC", "OTH"))
        entry = publish(session, council.id, some_content("Itself"))
        create_entry(session, council.id, some_content("A draft"), now=NOW)
        publish(session, trust.id, some_content("Theirs"))
        with pytest.raises(InvalidContent):
            add_link(session, read_draft(session, entry), LinkKind.REPLACES, other, now=NOW)
