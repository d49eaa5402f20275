"""What publishing keeps for the figures is what a reader of the whole plan, with all its history, would count."""

import uuid
from collections import Counter
from statistics import median

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from kil_pipeline.database import Database
from kil_pipeline.errors import InvalidTransition
from kil_pipeline.plan import entry_figures
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.drafts import create_entry
from kil_pipeline.plan.entries import PublicEntryRow, PublicSlip
from kil_pipeline.plan.entry_figures import count_uncounted
from kil_pipeline.plan.expected_dates import weeks_of_notice
from kil_pipeline.plan.figures import PlanFigures, SlipFigures, read_figures
from kil_pipeline.plan.key_dates import opening_of
from kil_pipeline.plan.publishing import publish_content
from kil_pipeline.plan.queries import all_public_entries, public_revisions
from kil_pipeline.plan.reindexing import Reindexed, reindex_after
from kil_pipeline.plan.slips import find_slips
from kil_pipeline.plan.statuses import Status
from tests.factories import NOW, TODAY, a_commissioner, a_milestone, publish, republish, some_content
from tests.plan.values import contents

lives = st.lists(st.lists(contents(), min_size=1, max_size=4), max_size=4)
"""What some entries say, from publication to publication."""


@given(lives=lives)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_kept_is_what_the_whole_plan_says(database: Database, lives: list[list[EntryContent]]) -> None:
    with database.read() as session:  # which is rolled back at the end of each example
        council = a_commissioner(session).id
        for life in lives:
            live(session, council, life)
        kept = read_figures(session, [council])
        assert kept == count_by_hand(session, council)


def live(session: Session, council: uuid.UUID, life: list[EntryContent]) -> None:
    """Publish an entry again and again, but for what its status forbids."""
    entry_id = create_entry(session, council, life[0], now=NOW).entry_id
    for content in life:
        try:
            publish_content(session, entry_id, content, now=NOW)
        except InvalidTransition:
            continue


def count_by_hand(session: Session, council: uuid.UUID) -> dict[uuid.UUID, PlanFigures]:
    """Count what each entry says and said, one after the other."""
    everything = list(all_public_entries(session, Criteria()))
    if not everything:
        return {}
    entries = [entry for entry in everything if entry.content.status is not Status.WITHDRAWN]
    histories = [[said.content for said in reversed(public_revisions(session, entry.id))] for entry in entries]
    current = [entry for entry in entries if not entry.content.status.ended]
    weeks = [
        weeks_of_notice(entry.first_told_on(), opening)[0]
        for entry, history in zip(entries, histories, strict=True)
        if (opening := opening_of(entry.content))
        and entry.content.status is not Status.CANCELLED
        and not history[0].status.ended
    ]
    slips = [slip for history in histories for slip in find_slips(said.milestones for said in history)]
    figures = PlanFigures(
        entries=len(entries),
        live=len(current),
        withdrawn=len(everything) - len(entries),
        noticed=len(weeks),
        notice_weeks=median(weeks) if weeks else None,
        fields=Counter(fact.state for entry in current for fact in entry.facts()),
        dates=sum(len({m.kind for said in history for m in said.milestones}) for history in histories),
        slips=slip_figures([slip.days for slip in slips if not slip.indicative]),
        indicative_slips=slip_figures([slip.days for slip in slips if slip.indicative]),
    )
    return {council: figures}


def slip_figures(days: list[int]) -> SlipFigures:
    return SlipFigures(len(days), median(days), max(days)) if days else SlipFigures()


def write_plan(session: Session) -> uuid.UUID:
    """Publish an entry that slips twice, one that was never more than a headline, and one that was withdrawn."""
    council = a_commissioner(session).id
    days = [TODAY.replace(year=2027), TODAY.replace(year=2028), TODAY.replace(year=2029)]
    first, *later = [some_content(summary="What it is.", milestones=(a_milestone("opens", day),)) for day in days]
    entry_id = publish(session, council, first)
    for content in later:
        republish(session, entry_id, content, at=NOW)
    publish(session, council, some_content("A headline"))
    mistake = publish(session, council, first)
    republish(session, mistake, some_content(status=Status.WITHDRAWN, status_reason="A mistake."), at=NOW)
    return council


def test_reindexing_counts_anew_what_is_kept_wrongly_and_nothing_else(database: Database) -> None:
    with database.write() as session:
        council = write_plan(session)
        right = read_figures(session, [council])
        session.execute(sa.update(PublicEntryRow).values(fields_stated=7, notice_weeks=1))
        session.execute(sa.delete(PublicSlip))
    with database.write() as session:
        wrong = read_figures(session, [council])
        batches = [reindex_after(session, reference) for reference in ("", "EXA-0003", "")]
        assert wrong != right == read_figures(session, [council]) == count_by_hand(session, council)
        assert batches == [Reindexed(0, 3, "EXA-0003"), Reindexed(0, 0, ""), Reindexed(0, 0, "EXA-0003")]


def test_what_was_published_before_figures_were_kept_is_counted_once(database: Database) -> None:
    with database.write() as session:
        council = write_plan(session)
        right = read_figures(session, [council])
        session.execute(sa.update(PublicEntryRow).values(
            notice_weeks=None, fields_stated=0, fields_undecided=0, fields_withheld=0, dates_stated=None
        ))  # fmt: skip
        session.execute(sa.delete(PublicSlip))
    with database.write() as session:
        assert [count_uncounted(session), count_uncounted(session)] == [3, 0]
        assert read_figures(session, [council]) == right


def test_counting_goes_on_batch_by_batch(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry_figures, "BATCH", 2)
    with sqlite_database.write() as session:
        write_plan(session)
        session.execute(sa.update(PublicEntryRow).values(dates_stated=None))
        assert [count_uncounted(session) for _ in range(3)] == [2, 1, 0]


def test_what_is_being_published_meanwhile_is_left_to_its_publication(postgres_database: Database) -> None:
    with postgres_database.write() as session:
        write_plan(session)
        session.execute(sa.update(PublicEntryRow).values(fields_stated=7, dates_stated=None))
    with postgres_database.write() as publishing:
        publishing.scalars(sa.select(PublicEntryRow).where(PublicEntryRow.reference < "EXA-0003").with_for_update())
        with postgres_database.write() as session:
            assert (reindex_after(session, ""), count_uncounted(session)) == (Reindexed(0, 1, "EXA-0003"), 0)
