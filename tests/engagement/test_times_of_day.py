"""Times of day in words, as GOV.UK writes them: 12am and 12pm are read either way."""

from datetime import UTC, datetime

import pytest

from kil_pipeline.engagement.sessions import describe_moment, describe_span


@pytest.mark.parametrize(
    ("hour", "minute", "words"),
    [(0, 0, "midnight"), (0, 30, "12:30am"), (12, 0, "midday"), (12, 15, "12:15pm"), (13, 0, "1pm"), (9, 5, "9:05am")],
)
def test_a_time_of_day_in_words(hour: int, minute: int, words: str) -> None:
    moment = datetime(2026, 12, 17, hour, minute, tzinfo=UTC)
    assert describe_moment(moment) == f"Thursday 17 December 2026, {words}"


def test_a_span_to_midnight_names_the_day_that_it_begins() -> None:
    start, end = datetime(2026, 12, 17, 12, tzinfo=UTC), datetime(2026, 12, 18, 0, tzinfo=UTC)
    assert describe_span(start, end) == "Thursday 17 December 2026, midday to Friday 18 December 2026, midnight"
