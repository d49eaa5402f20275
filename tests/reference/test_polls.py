"""The pre-election period before a poll, for councils and for the NHS."""

from datetime import date

import pytest

from kil_pipeline.reference.polls import Body, Poll, polls_for, pre_election_poll

POLL = date(2027, 5, 6)


@pytest.mark.parametrize(
    ("body", "today", "held"),
    [
        ("council", date(2027, 3, 30), False),
        ("council", date(2027, 3, 31), True),  # the latest notice of election: 25 working days before
        ("council", POLL, True),
        ("council", date(2027, 5, 7), False),
        ("nhs", date(2027, 4, 14), False),
        ("nhs", date(2027, 4, 15), True),  # about three weeks before
        ("nhs", POLL, True),
        ("nhs", date(2027, 5, 7), False),
    ],
)
def test_it_begins_with_the_notice_of_election_and_ends_with_the_poll(body: Body, today: date, held: bool) -> None:
    poll = pre_election_poll(body, None, today)
    assert (poll.on if poll else None) == (POLL if held else None)


def test_it_lifts_on_the_day_after_the_poll() -> None:
    assert [poll.lifts_on for poll in polls_for("council") if poll.on == POLL] == [date(2027, 5, 7)]


def test_the_shipped_polls_are_in_order_and_for_all_of_england() -> None:
    for body in ("council", "nhs"):
        polls = polls_for(body)
        assert [poll.on for poll in polls] == sorted({poll.on for poll in polls})
        assert polls_for(body, "E08000035") == polls  # Leeds


def test_a_poll_elsewhere_concerns_nobody_here(monkeypatch: pytest.MonkeyPatch) -> None:
    poll = Poll("yorkshire", "Mayor", POLL, ("council",), ("E12000003",))
    monkeypatch.setattr("kil_pipeline.reference.polls._polls", lambda: {"yorkshire": poll})
    assert polls_for("council", "E08000035") == (poll,)  # Leeds lies in it
    assert polls_for("council", "E06000052") == ()  # Cornwall does not
    assert polls_for("council") == (poll,)
    assert polls_for("nhs") == ()
