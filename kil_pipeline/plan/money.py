"""Money: a range in whole pence, a year or in total, with VAT or without."""

from dataclasses import dataclass
from enum import StrEnum

from kil_pipeline.errors import InvalidContent


class Period(StrEnum):
    """What an amount is for."""

    YEAR = "year"
    TOTAL = "total"
    UNKNOWN = "unknown"


class Vat(StrEnum):
    """Whether an amount holds VAT."""

    INCLUDED = "included"
    EXCLUDED = "excluded"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Money:
    """A range in pence; at least one bound is there. Raises `InvalidContent` where the bounds do not fit together."""

    least: int | None
    most: int | None
    period: Period = Period.UNKNOWN
    vat: Vat = Vat.UNKNOWN

    def __post_init__(self) -> None:
        if self.least is None and self.most is None:
            raise InvalidContent("An amount needs a number.")
        if any(bound is not None and bound < 0 for bound in (self.least, self.most)):
            raise InvalidContent("An amount cannot be negative.")
        if self.least is not None and self.most is not None and self.least > self.most:
            raise InvalidContent("The lower amount is higher than the upper one.")


def describe(money: Money) -> str:
    """Return an amount in words: "£400,000 to £650,000 a year, VAT included"."""
    if money.least is None:
        amount = f"up to {pounds(money.most or 0)}"
    elif money.most is None:
        amount = f"{pounds(money.least)} or more"
    elif money.least == money.most:
        amount = pounds(money.least)
    elif money.least < 1_000 * 100:  # "£2 to £3 million" would be read as two to three million
        amount = f"{pounds(money.least)} to {_digits(money.most)}"
    else:
        amount = f"{pounds(money.least)} to {pounds(money.most)}"
    period = {Period.YEAR: " a year", Period.TOTAL: " in total", Period.UNKNOWN: ""}[money.period]
    vat = {Vat.INCLUDED: ", VAT included", Vat.EXCLUDED: ", VAT not included", Vat.UNKNOWN: ""}[money.vat]
    return amount + period + vat


def describe_band(least: int | None, most: int | None) -> str:
    """Return a band of amounts (pence) in words: "£10,000 to £50,000"; empty without a bound."""
    if least is not None and most is not None:
        return f"{pounds(least)} to {pounds(most)}"
    return "" if least is None and most is None else describe(Money(least, most))


def pounds(pence: int) -> str:
    """Return pence as pounds: "£2 billion", "£1.1 million", "£400,000", "£12.50". Nothing is rounded."""
    whole, rest = divmod(pence, 100)
    size, name = (1_000_000_000, "billion") if whole >= 1_000_000_000 else (1_000_000, "million")
    if whole >= size and rest == 0 and whole % (size // 100) == 0:
        return f"£{whole / size:g} {name}"
    return _digits(pence)


def _digits(pence: int) -> str:
    whole, rest = divmod(pence, 100)
    return f"£{whole:,}" if rest == 0 else f"£{whole:,}.{rest:02d}"
