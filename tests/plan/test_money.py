"""Money: read as people write it, written so that nothing is rounded, refused where it is no amount."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kil_pipeline.errors import InvalidContent
from kil_pipeline.plan.money import Money, Period, Vat, describe, pounds
from kil_pipeline.plan.money_parsing import HOW, MOST_PENCE, MoneyNotUnderstood, parse_money
from tests.plan.values import amounts, pence


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("£60,000", "£60,000"),
        ("60000", "£60,000"),
        ("60000.00", "£60,000"),
        ("£12.5", "£12.50"),
        ("£400k to £650k a year", "£400,000 to £650,000 a year"),
        ("£400k - £650k", "£400,000 to £650,000"),
        ("£400k–£650k p.a.", "£400,000 to £650,000 a year"),
        ("400-650k", "£400,000 to £650,000"),
        ("£1 million - £1.5 million", "£1 million to £1.5 million"),
        ("between £500k and £1m", "£500,000 to £1 million"),
        ("£500,000 to £1m", "£500,000 to £1 million"),
        ("£500 to £1m", "£500 to £1,000,000"),
        ("£2-3m", "£2 million to £3 million"),
        ("up to £2m in total", "up to £2 million in total"),
        ("less than £30,000", "up to £30,000"),
        ("at least £10k", "£10,000 or more"),
        ("£1m+", "£1 million or more"),
        ("1.1 million pa inc VAT", "£1.1 million a year, VAT included"),
        ("£60,000 ex VAT per annum", "£60,000 a year, VAT not included"),
        ("£100,000 annually plus VAT", "£100,000 a year, VAT not included"),
        ("£250k over 3 years", "£250,000 in total"),
        ("c. £30k", "£30,000"),
        ("approx £5k/yr", "£5,000 a year"),
        ("£5bn", "£5 billion"),
        ("£2.00 to £3,000,000", "£2 to £3,000,000"),
        ("1" * 9, "£111,111,111"),
    ],
)
def test_an_amount_is_read_as_people_write_it(text: str, words: str) -> None:
    assert describe(parse_money(text)) == words


NEGATIVE = "An amount cannot be negative."
TOO_MUCH = "That is over a hundred billion pounds: check the zeros."


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", HOW),
        ("TBC", HOW),
        ("NaN", HOW),
        ("inf", HOW),
        ("1e9999", HOW),
        ("£1,00", HOW),
        ("about the same as now", HOW),
        ("-5", NEGATIVE),
        ("-£5k", NEGATIVE),
        ("£-5", NEGATIVE),
        ("£1k to -£5k", NEGATIVE),
        ("€500", "Write amounts in pounds."),
        ("500 euros", "Write amounts in pounds."),
        ("£0", "Leave it blank, or write TBC, where the amount is not known."),
        ("0.00", "Leave it blank, or write TBC, where the amount is not known."),
        ("£0.0001", "Leave it blank, or write TBC, where the amount is not known."),
        ("£400.000", "Write thousands with a comma, such as £400,000."),
        ("£1m to £500k", "The lower amount is higher than the upper one."),
        ("£100.1bn", TOO_MUCH),
        ("9" * 5_000, TOO_MUCH),
        ("1 to " + "9" * 5_000 + "bn", TOO_MUCH),
    ],
)
def test_what_is_no_amount_is_refused_with_a_way_to_mend_it(text: str, hint: str) -> None:
    with pytest.raises(MoneyNotUnderstood) as refused:
        parse_money(text)
    assert (refused.value.value, refused.value.hint) == (text, hint)


@given(amounts)
def test_what_readers_see_is_read_back_as_the_same_amount(money: Money) -> None:
    assert parse_money(describe(money)) == money


@given(pence)
def test_no_penny_is_lost_in_words(amount: int) -> None:
    assert parse_money(pounds(amount)) == Money(amount, amount, Period.UNKNOWN, Vat.UNKNOWN)


@given(st.text(max_size=30) | st.from_regex(r"[0-9£kmbn.,+ -]{1,25}", fullmatch=True))
def test_any_text_is_an_amount_or_refused(text: str) -> None:
    try:
        money = parse_money(text)
    except MoneyNotUnderstood:
        return
    assert [bound for bound in (money.least, money.most) if bound is not None and not 0 < bound <= MOST_PENCE] == []


@pytest.mark.parametrize(("least", "most"), [(None, None), (-1, None), (None, -1), (2, 1)])
def test_bounds_that_do_not_fit_together_are_refused(least: int | None, most: int | None) -> None:
    with pytest.raises(InvalidContent):
        Money(least, most)
