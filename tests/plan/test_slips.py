"""Slips: which moves of a key date count, how far they went, and whether the date was certain."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from kil_pipeline.plan.contents import Milestone
from kil_pipeline.plan.expected_dates import Confidence, Precision
from kil_pipeline.plan.slips import Slip, find_slips
from tests.factories import a_milestone

QUARTER, YEAR = Precision.QUARTER, Precision.FINANCIAL_YEAR
SPRING = a_milestone("opens", date(2027, 4, 1), QUARTER)
SUMMER = a_milestone("opens", date(2027, 7, 1), QUARTER)
WINTER = a_milestone("opens", date(2028, 1, 1), QUARTER)
SOME_TIME = a_milestone("opens", date(2027, 4, 1), YEAR)
UNSURE_SPRING = a_milestone("opens", date(2027, 4, 1), QUARTER, Confidence.INDICATIVE)


def slips(*stated: Milestone | None) -> tuple[Slip, ...]:
    """Return the slips of one key date; None where a publication says nothing of it."""
    return find_slips([milestone] if milestone else [] for milestone in stated)


def test_a_date_that_moves_later_slips_by_the_days_between_the_earliest_days() -> None:
    assert slips(SPRING, SUMMER) == (Slip("opens", 91, indicative=False),)


def test_each_move_later_is_a_slip_and_a_move_to_earlier_takes_none_back() -> None:
    assert [slip.days for slip in slips(SPRING, SUMMER, SPRING, WINTER)] == [91, 275]


def test_a_date_that_becomes_more_exact_has_not_slipped() -> None:
    assert slips(SPRING, a_milestone("opens", date(2027, 6, 30))) == ()


def test_a_date_that_becomes_less_exact_has_not_slipped() -> None:
    assert slips(SPRING, SOME_TIME) == ()


def test_going_by_way_of_a_vaguer_date_hides_no_slip() -> None:
    assert slips(SPRING, SOME_TIME, WINTER) == slips(SPRING, WINTER)


def test_taking_a_date_out_for_a_while_hides_no_slip() -> None:
    assert slips(SPRING, None, SUMMER) == slips(SPRING, SUMMER)


def test_a_slip_of_a_date_that_was_not_certain_says_so_however_certain_the_new_one_is() -> None:
    assert slips(UNSURE_SPRING, SUMMER) == (Slip("opens", 91, indicative=True),)


def test_how_certain_a_date_was_is_what_was_said_last_before_it_moved() -> None:
    assert [slip.indicative for slip in slips(SPRING, UNSURE_SPRING, SUMMER)] == [True]
    vague = a_milestone("opens", date(2027, 4, 1), YEAR, Confidence.INDICATIVE)
    assert [slip.indicative for slip in slips(SPRING, vague, WINTER)] == [True]


def test_key_dates_are_followed_each_by_itself() -> None:
    due = a_milestone("bids_due", date(2027, 9, 1))
    later = a_milestone("bids_due", date(2027, 9, 8))
    assert find_slips([(SPRING, due), (later, SPRING)]) == (Slip("bids_due", 7, indicative=False),)


MILESTONES = st.builds(
    a_milestone,
    st.just("opens"),
    st.dates(date(2027, 1, 1), date(2030, 12, 31)),
    st.sampled_from(Precision),
    st.sampled_from(Confidence),
)


@settings(max_examples=100)
@given(st.lists(MILESTONES, max_size=6))
def test_every_slip_goes_forward_and_saying_the_same_again_adds_none(stated: list[Milestone]) -> None:
    found = slips(*stated)
    assert all(slip.days > 0 for slip in found)
    assert slips(*(milestone for milestone in stated for _ in range(2))) == found
