"""Every worked date of the domain comes out as the law has it."""

from datetime import date

from kil_pipeline.reference import statutory_dates as law


def test_psr_representations_close_on_the_8th_working_day_after_standstill_begins() -> None:
    assert law.representations_close(date(2026, 12, 17)).on == date(2027, 1, 4)


def test_psr_standstill_lasts_five_working_days_after_the_last_further_decision() -> None:
    assert law.psr_standstill_after_decision(date(2027, 1, 6)).on == date(2027, 1, 13)


def test_procurement_act_standstill_counts_the_notice_day_and_scottish_holidays() -> None:
    assert law.pa_standstill_ends(date(2026, 11, 23)).on == date(2026, 12, 3)


def test_the_most_suitable_provider_is_known_on_the_14th_day_at_the_earliest() -> None:
    assert law.most_suitable_provider_identified(date(2026, 11, 23)).on == date(2026, 12, 7)


def test_a_planned_notice_qualifies_from_40_days_to_12_months() -> None:
    first, last = law.qualifying_tender_window(date(2026, 11, 23))
    assert (first.on, last.on) == (date(2027, 1, 2), date(2027, 11, 23))
    assert law.qualifying_tender_window(date(2028, 2, 29))[1].on == date(2029, 2, 28)
    assert law.latest_qualifying_planned_notice(date(2027, 4, 1)).on == date(2027, 2, 20)


def test_bids_are_due_after_10_days_with_a_qualifying_notice_and_25_without() -> None:
    assert law.earliest_bids_due(date(2027, 1, 4), qualifying_notice=True).on == date(2027, 1, 14)
    assert law.earliest_bids_due(date(2027, 1, 4), qualifying_notice=False).on == date(2027, 1, 29)


def test_the_pipeline_notice_is_due_on_26_may() -> None:
    assert law.pipeline_notice_due(2027).on == date(2027, 5, 26)


def test_notices_after_an_award() -> None:
    assert law.psr_award_notice_due(date(2027, 1, 5)).on == date(2027, 2, 4)
    assert law.contract_details_due(date(2027, 1, 5), light_touch=False).on == date(2027, 2, 3)
    assert law.contract_details_due(date(2027, 1, 5), light_touch=True).on == date(2027, 5, 4)


def test_a_key_decision_is_announced_28_clear_days_before() -> None:
    assert law.key_decision_published_by(date(2027, 2, 10)).on == date(2027, 1, 12)


def test_pre_election_periods_before_a_poll() -> None:
    notice = law.latest_notice_of_election(date(2027, 5, 6))
    assert (notice.on, notice.sure) == (date(2027, 3, 31), False)
    assert law.nhs_pre_election_starts(date(2027, 5, 6)).on == date(2027, 4, 15)
