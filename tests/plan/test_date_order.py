"""Key dates in an order that nobody can mean."""

from datetime import date

from kil_pipeline.plan.contents import Milestone
from kil_pipeline.plan.date_order import misplaced_dates
from kil_pipeline.plan.expected_dates import Precision
from tests.factories import a_milestone, some_content


def said(*milestones: Milestone) -> tuple[str, ...]:
    return misplaced_dates(some_content(milestones=milestones))


def test_dates_in_their_order_are_left_alone() -> None:
    assert said(a_milestone("opens", date(2027, 4, 1)), a_milestone("bids_due", date(2027, 5, 1))) == ()


def test_a_date_before_the_one_that_it_must_follow_is_named_with_it() -> None:
    assert said(a_milestone("opens", date(2027, 12, 1)), a_milestone("bids_due", date(2027, 3, 1))) == (
        "“Applications or bids due” (1 March 2027) comes before “Applications or bids open” (1 December 2027).",
    )


def test_spans_that_overlap_may_be_in_order() -> None:
    quarter = a_milestone("opens", date(2027, 4, 1), Precision.QUARTER)
    assert said(quarter, a_milestone("bids_due", date(2027, 5, 1), Precision.MONTH)) == ()


def test_a_contract_that_ends_before_its_successor_opens_is_no_slip() -> None:
    assert said(a_milestone("opens", date(2027, 12, 1)), a_milestone("service_ends", date(2027, 3, 1))) == ()
