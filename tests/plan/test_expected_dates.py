"""Expected dates: a quarter never becomes a day, and a move is told in words that people use."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kil_pipeline.plan.expected_date_parsing import parse_expected_date
from kil_pipeline.plan.expected_dates import (
    Confidence,
    ExpectedDate,
    InvalidExpectedDate,
    Precision,
    compare,
    describe,
    describe_aside,
    expected_span,
    financial_year,
    quarter_of,
    quarter_starts,
    quarters_between,
    weeks_of_notice,
)
from tests.factories import TODAY
from tests.plan.values import days, expected_dates


@given(days, st.sampled_from(Precision))
def test_a_span_holds_its_day_and_only_a_day_is_one(day: date, precision: Precision) -> None:
    span = expected_span(day, precision)
    assert span.earliest <= day <= span.latest
    assert (span.earliest == span.latest) == (precision is Precision.DAY)


@given(days, st.sampled_from(Precision))
def test_every_day_of_a_span_has_that_span(day: date, precision: Precision) -> None:
    span = expected_span(day, precision)
    assert {expected_span(other, precision) for other in (span.earliest, span.latest)} == {span}


@pytest.mark.parametrize(
    ("earliest", "latest", "precision"),
    [
        (date(2027, 4, 2), date(2027, 4, 1), Precision.DAY),
        (date(2027, 4, 1), date(2027, 6, 30), Precision.DAY),
        (date(2027, 4, 1), date(2027, 4, 1), Precision.QUARTER),
        (date(2027, 4, 1), date(2027, 5, 31), Precision.QUARTER),
        (date(2027, 4, 2), date(2027, 4, 30), Precision.MONTH),
        (date(2027, 4, 1), date(2027, 4, 29), Precision.MONTH),
        (date(2027, 1, 1), date(2027, 12, 31), Precision.FINANCIAL_YEAR),
        (date(2027, 4, 1), date(2028, 3, 31), Precision.YEAR),
    ],
)
def test_days_that_do_not_fit_the_precision_are_refused(earliest: date, latest: date, precision: Precision) -> None:
    with pytest.raises(InvalidExpectedDate):
        ExpectedDate(earliest, latest, precision)


@pytest.mark.parametrize(
    ("precision", "confidence", "words"),
    [
        (Precision.DAY, Confidence.CONFIRMED, "14 May 2027, confirmed"),
        (Precision.DAY, Confidence.EXPECTED, "14 May 2027"),
        (Precision.DAY, Confidence.INDICATIVE, "about 14 May 2027, not certain"),
        (Precision.MONTH, Confidence.EXPECTED, "about May 2027"),
        (Precision.QUARTER, Confidence.INDICATIVE, "about April to June 2027, not certain"),
        (Precision.QUARTER, Confidence.CONFIRMED, "April to June 2027, confirmed"),
        (Precision.HALF_YEAR, Confidence.EXPECTED, "about April to September 2027"),
        (Precision.FINANCIAL_YEAR, Confidence.EXPECTED, "about April 2027 to March 2028"),
        (Precision.YEAR, Confidence.EXPECTED, "about 2027"),
    ],
)
def test_a_date_is_said_with_its_precision_and_confidence(
    precision: Precision, confidence: Confidence, words: str
) -> None:
    assert describe(expected_span(date(2027, 5, 14), precision, confidence)) == words


@pytest.mark.parametrize(
    ("precision", "confidence", "words"),
    [
        (Precision.DAY, Confidence.INDICATIVE, "about 14 May 2027 (not certain)"),
        (Precision.MONTH, Confidence.EXPECTED, "about May 2027"),
        (Precision.QUARTER, Confidence.CONFIRMED, "April–June 2027 (confirmed)"),
        (Precision.FINANCIAL_YEAR, Confidence.INDICATIVE, "about April 2027 – March 2028 (not certain)"),
    ],
)
def test_in_the_middle_of_a_sentence_a_date_has_neither_a_comma_nor_a_to(
    precision: Precision, confidence: Confidence, words: str
) -> None:
    assert describe_aside(expected_span(date(2027, 5, 14), precision, confidence)) == words


@pytest.mark.parametrize(
    ("old", "new", "direction", "words"),
    [
        ("Q1 2027/28", "Q3 2027/28", "later", "two quarters later"),
        ("Q1 2027/28", "Q4 2026/27", "earlier", "one quarter earlier"),
        ("Q1 2027/28", "Q1 2028/29", "later", "one year later"),
        ("March 2027", "April 2027", "later", "one month later"),
        ("March 2027", "January 2027", "earlier", "two months earlier"),
        ("2027/28", "2028/29", "later", "one year later"),
        ("14 March 2027", "15 March 2027", "later", "one day later"),
        ("14 March 2027", "1 March 2027", "earlier", "13 days earlier"),
        ("14 March 2027", "4 April 2027", "later", "three weeks later"),
        ("14 March 2027", "14 September 2027", "later", "about six months later"),
        ("14 March 2027", "June 2027", "later", "three months later"),
        ("autumn 2027", "Q3 2027/28", "later", "one month later"),
        ("Q1 2027/28", "May 2027", "narrower", "more exact than before"),
        ("May 2027", "14 May 2027", "narrower", "more exact than before"),
        ("14 May 2027", "Q1 2027/28", "vaguer", "less exact than before"),
        ("June 2027 (indicative)", "June 2027", "firmer", "more certain than before"),
        ("June 2027 (confirmed)", "June 2027 (indicative)", "vaguer", "less certain than before"),
        ("June 2027", "June 2027", "same", ""),
    ],
)
def test_a_move_is_told_in_words(old: str, new: str, direction: str, words: str) -> None:
    move = compare(parse_expected_date(old, today=TODAY), parse_expected_date(new, today=TODAY))
    assert (move.direction, move.words) == (direction, words)


OPPOSITES = {"later": {"earlier"}, "earlier": {"later"}, "narrower": {"vaguer"}, "firmer": {"vaguer"}, "same": {"same"}}


@given(expected_dates, expected_dates)
def test_moving_back_is_the_opposite_move(old: ExpectedDate, new: ExpectedDate) -> None:
    there, back = compare(old, new).direction, compare(new, old).direction
    assert back in OPPOSITES.get(there, {"narrower", "firmer"})


@pytest.mark.parametrize(
    ("day", "year", "quarter"),
    [
        (date(2027, 3, 31), "2026/27", (2026, 4)),
        (date(2027, 4, 1), "2027/28", (2027, 1)),
        (date(2027, 12, 31), "2027/28", (2027, 3)),
        (date(2099, 12, 31), "2099/00", (2099, 3)),
    ],
)
def test_financial_years_start_in_april(day: date, year: str, quarter: tuple[int, int]) -> None:
    assert (financial_year(day), quarter_of(day)) == (year, quarter)


@given(days)
def test_a_quarter_starts_within_itself(day: date) -> None:
    start = quarter_starts(quarter_of(day))
    assert (quarter_of(start), quarter_of(start - timedelta(days=1)) < quarter_of(day)) == (quarter_of(day), True)


def test_the_quarters_between_two_days_are_those_of_both_and_all_in_between() -> None:
    found = quarters_between(date(2026, 12, 31), date(2027, 7, 1))
    assert found == ((2026, 3), (2026, 4), (2027, 1), (2027, 2))


def test_notice_is_counted_from_the_first_publication_in_whole_weeks() -> None:
    opens = expected_span(date(2027, 5, 14), Precision.QUARTER)
    assert weeks_of_notice(date(2027, 3, 1), opens) == (4, 17)
    assert weeks_of_notice(date(2027, 5, 1), opens) == (0, 8)
