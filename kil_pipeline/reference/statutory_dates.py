"""Dates that the law computes, each with the rule that computes it."""

from dataclasses import dataclass
from datetime import date, timedelta

from kil_pipeline.reference.working_days import (
    add_working_days,
    is_psr_working_day,
    is_uk_working_day,
    next_working_day,
)


@dataclass(frozen=True)
class StatutoryDate:
    """A computed day. `sure` is False where our source for the rule is second-hand: screens then say "check"."""

    on: date
    rule: str
    sure: bool = True


def representations_close(intention_notice_on: date) -> StatutoryDate:
    """Return the last day (to midnight at its end) for representations after a PSR intention notice.

    Standstill begins the day after the notice; it is the 8th working day after that (SI 2023/1348, regulation 12).
    """
    day = add_working_days(intention_notice_on + timedelta(days=1), 8, is_psr_working_day)
    return StatutoryDate(day, "SI 2023/1348 (Provider Selection Regime), regulation 12")


def psr_standstill_after_decision(decided_on: date) -> StatutoryDate:
    """Return the earliest end of standstill after the last further decision: the 5th PSR working day after it."""
    return StatutoryDate(add_working_days(decided_on, 5, is_psr_working_day), "SI 2023/1348, regulation 12")


def pa_standstill_ends(award_notice_on: date) -> StatutoryDate:
    """Return the 8th UK working day, beginning with the day of the contract award notice (Procurement Act, s51)."""
    first = next_working_day(award_notice_on, is_uk_working_day)
    return StatutoryDate(add_working_days(first, 7, is_uk_working_day), "Procurement Act 2023, section 51")


def most_suitable_provider_identified(intention_notice_on: date) -> StatutoryDate:
    """Return the earliest day for the final choice in the most suitable provider process: the 14th after the notice."""
    return StatutoryDate(intention_notice_on + timedelta(days=14), "SI 2023/1348, regulation 10")


def qualifying_tender_window(planned_notice_on: date) -> tuple[StatutoryDate, StatutoryDate]:
    """Return first and last day on which a tender notice gains a shorter period from a planned procurement notice."""
    rule = "Procurement Act 2023, section 15"
    return (
        StatutoryDate(planned_notice_on + timedelta(days=40), rule),
        StatutoryDate(_twelve_months_later(planned_notice_on), rule),
    )


def latest_qualifying_planned_notice(tender_on: date) -> StatutoryDate:
    """Return the last day for a planned procurement notice that is to shorten the bidding period of a tender."""
    return StatutoryDate(tender_on - timedelta(days=40), "Procurement Act 2023, section 15")


def earliest_bids_due(tender_on: date, *, qualifying_notice: bool) -> StatutoryDate:
    """Return the earliest day for bids: 10 days after the tender with a qualifying notice, else 25 (s54)."""
    days = 10 if qualifying_notice else 25
    return StatutoryDate(tender_on + timedelta(days=days), "Procurement Act 2023, section 54")


def pipeline_notice_due(year: int) -> StatutoryDate:
    """Return the last day for the pipeline notice of the year that starts on 1 April `year`: the 56th day."""
    return StatutoryDate(date(year, 4, 1) + timedelta(days=55), "Procurement Act 2023, section 93; SI 2024/692, reg 15")


def psr_award_notice_due(awarded_on: date) -> StatutoryDate:
    """Return the last day for the notice of an award under the Provider Selection Regime: 30 days."""
    return StatutoryDate(awarded_on + timedelta(days=30), "SI 2023/1348, regulation 13")


def contract_details_due(entered_on: date, *, light_touch: bool) -> StatutoryDate:
    """Return the last day for a contract details notice: 30 days, light touch 120, counting the day of entry (s53)."""
    days = 120 if light_touch else 30
    return StatutoryDate(entered_on + timedelta(days=days - 1), "Procurement Act 2023, section 53")


def key_decision_published_by(decision_on: date) -> StatutoryDate:
    """Return the last day to announce a council's key decision: 28 clear days before it."""
    return StatutoryDate(decision_on - timedelta(days=29), "SI 2012/2089, regulation 9")


def latest_notice_of_election(poll_on: date) -> StatutoryDate:
    """Return the latest day for the notice of a local election: the 25th working day before the poll."""
    day, left = poll_on, 25
    while left:
        day -= timedelta(days=1)
        left -= is_psr_working_day(day)
    return StatutoryDate(day, "Local Elections (Principal Areas) Rules 2006", sure=False)


def nhs_pre_election_starts(poll_on: date) -> StatutoryDate:
    """Return about when the NHS's pre-election period starts: three weeks before, by guidance."""
    return StatutoryDate(poll_on - timedelta(weeks=3), "NHS England's guidance for each election", sure=False)


def _twelve_months_later(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:  # 29 February
        return date(day.year + 1, 2, 28)
