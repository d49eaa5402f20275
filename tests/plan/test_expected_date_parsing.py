"""Dates as people write them: none is read as more than it says."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kil_pipeline.plan.expected_date_parsing import HOW, DateNotUnderstood, parse_expected_date
from kil_pipeline.plan.expected_dates import Confidence, ExpectedDate, Precision, describe_span
from kil_pipeline.plan.unknowns import is_unknown
from kil_pipeline.plan.written_answers import write_date
from tests.factories import TODAY
from tests.plan.values import expected_dates


def read(text: str) -> ExpectedDate:
    """Parse a text, today."""
    return parse_expected_date(text, today=TODAY)


@pytest.mark.parametrize(
    ("text", "span", "precision"),
    [
        ("14 March 2027", "14 March 2027", Precision.DAY),
        ("14th of March 2027", "14 March 2027", Precision.DAY),
        ("Sunday 14 March 2027", "14 March 2027", Precision.DAY),
        ("March 14, 2027", "14 March 2027", Precision.DAY),
        ("14-Mar-27", "14 March 2027", Precision.DAY),
        ("2027-03-14", "14 March 2027", Precision.DAY),
        ("2027/03/14", "14 March 2027", Precision.DAY),
        ("2027-03-14T09:30:00Z", "14 March 2027", Precision.DAY),
        ("2027-03-14 00:00:00", "14 March 2027", Precision.DAY),
        ("14/03/2027", "14 March 2027", Precision.DAY),
        ("14.3.27", "14 March 2027", Precision.DAY),
        ("by 31 March 2027", "31 March 2027", Precision.DAY),
        ("March 2027", "March 2027", Precision.MONTH),
        ("MARCH 2027", "March 2027", Precision.MONTH),
        ("Sept. 2027", "September 2027", Precision.MONTH),
        ("Mar-27", "March 2027", Precision.MONTH),
        ("March ’27", "March 2027", Precision.MONTH),
        ("03/2027", "March 2027", Precision.MONTH),
        ("2027-03", "March 2027", Precision.MONTH),
        ("end of June 2027", "June 2027", Precision.MONTH),
        ("by the end of June 2027", "June 2027", Precision.MONTH),
        ("mid-June 2027", "June 2027", Precision.MONTH),
        ("Q3 2027/28", "October to December 2027", Precision.QUARTER),
        ("Q4 2027-28", "January to March 2028", Precision.QUARTER),
        ("Q1 FY27/28", "April to June 2027", Precision.QUARTER),
        ("by end of Q2 2027/28", "July to September 2027", Precision.QUARTER),
        ("spring 2027", "March to May 2027", Precision.QUARTER),
        ("Autumn 2027", "September to November 2027", Precision.QUARTER),
        ("winter 2027/28", "December 2027 to February 2028", Precision.QUARTER),
        ("April to June 2027", "April to June 2027", Precision.QUARTER),
        ("Nov 2026 – Jan 2027", "November 2026 to January 2027", Precision.QUARTER),
        ("November to January 2027", "November 2026 to January 2027", Precision.QUARTER),
        ("early 2027", "January to March 2027", Precision.QUARTER),
        ("late 2027", "October to December 2027", Precision.QUARTER),
        ("mid 2027", "April to September 2027", Precision.HALF_YEAR),
        ("H2 2027/28", "October 2027 to March 2028", Precision.HALF_YEAR),
        ("second half of 2027", "July to December 2027", Precision.HALF_YEAR),
        ("2027/28", "April 2027 to March 2028", Precision.FINANCIAL_YEAR),
        ("FY 2027-28", "April 2027 to March 2028", Precision.FINANCIAL_YEAR),
        ("1999/00", "April 1999 to March 2000", Precision.FINANCIAL_YEAR),
        ("2027", "2027", Precision.YEAR),
    ],
)
def test_a_date_is_read_with_the_precision_it_was_written_with(text: str, span: str, precision: Precision) -> None:
    when = read(text)
    assert (describe_span(when), when.precision, when.confidence) == (span, precision, Confidence.EXPECTED)


@pytest.mark.parametrize(
    ("text", "confidence"),
    [
        ("June 2027", Confidence.EXPECTED),
        ("June 2027 (indicative)", Confidence.INDICATIVE),
        ("c. June 2027", Confidence.INDICATIVE),
        ("June 2027 (tbc)", Confidence.INDICATIVE),
        ("June 2027?", Confidence.INDICATIVE),
        ("~June 2027", Confidence.INDICATIVE),
        ("June 2027, to be confirmed", Confidence.INDICATIVE),
        ("June 2027, not confirmed", Confidence.INDICATIVE),
        ("about June 2027, not certain", Confidence.INDICATIVE),
        ("June 2027, confirmed", Confidence.CONFIRMED),
    ],
)
def test_words_beside_a_date_say_how_sure_it_is(text: str, confidence: Confidence) -> None:
    when = read(text)
    assert (describe_span(when), when.confidence) == ("June 2027", confidence)


@pytest.mark.parametrize(
    "text", ["w/c 14 June 2027", "W/C Monday 14/06/2027", "week beginning 14 June 2027", "w/c 14 June 2027 (confirmed)"]
)
def test_a_week_is_never_a_certain_day(text: str) -> None:
    day = date(2027, 6, 14)
    assert read(text) == ExpectedDate(day, day, Precision.DAY, Confidence.INDICATIVE)


NO_SUCH_DAY = "There is no such day. " + HOW
WHICH_YEAR = (
    "Which year is meant? For the financial year write Q3 2027/28; for the calendar year write July to September 2027."
)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("soon", HOW),
        ("", HOW),
        ("14 March", HOW),
        ("June%2027", HOW),
        ("Q5 2027/28", HOW),
        ("31 February 2027", NO_SUCH_DAY),
        ("30/02/2027", NO_SUCH_DAY),
        ("03/14/2027", NO_SUCH_DAY),
        ("0000-00-00", NO_SUCH_DAY),
        ("Q3 2027", WHICH_YEAR),
        ("2027 Q3", WHICH_YEAR),
        ("2027/29", "A financial year is written 2027/28."),
        ("March to April 2027", "Name a month, three or six months in a row, or a whole year."),
        ("1970-01-01", "1 January 1970 is what computers write for no date: leave it blank."),
        ("01/01/1970 00:00", "1 January 1970 is what computers write for no date: leave it blank."),
        ("1850-01-01", "The year must lie between 1990 and 2100."),
        ("9999-12-31", "The year must lie between 1990 and 2100."),
    ],
)
def test_what_is_no_date_is_refused_with_a_way_to_mend_it(text: str, hint: str) -> None:
    with pytest.raises(DateNotUnderstood) as refused:
        read(text)
    assert (refused.value.value, refused.value.hint) == (text, hint)


@pytest.mark.parametrize(
    "text", ["TBC", "tbd.", "to be confirmed", "Not yet known", "N/A", "-", "?", "awaiting approval"]
)
def test_not_knowing_is_written_in_many_ways_and_is_no_date(text: str) -> None:
    assert is_unknown(text)
    with pytest.raises(DateNotUnderstood):
        read(text)


@pytest.mark.parametrize("text", ["June 2027 (tbc)", "none of our business", "£5k", "TBC June"])
def test_what_says_more_than_not_knowing_is_not_unknown(text: str) -> None:
    assert not is_unknown(text)


@given(expected_dates)
def test_what_we_write_is_read_back_as_the_same_date(when: ExpectedDate) -> None:
    assert read(write_date(when)) == when


@given(expected_dates)
def test_what_readers_see_is_read_back_as_the_same_span(when: ExpectedDate) -> None:
    found = read(describe_span(when))
    assert (found.earliest, found.latest, found.precision) == (when.earliest, when.latest, when.precision)


@given(st.text(max_size=40) | st.from_regex(r"[0-9qQwW/ .,:'-]{1,25}", fullmatch=True))
def test_any_text_is_a_date_or_refused(text: str) -> None:
    try:
        when = read(text)
    except DateNotUnderstood:
        return
    assert when.earliest <= when.latest
