"""Reasons: two families that are never mixed, each withheld one with its hook in law."""

import pytest

from kil_pipeline.errors import UnknownCode
from kil_pipeline.reference.reasons import reason, reasons

PA = "Procurement Act 2023, section 94"
FOIA = "Freedom of Information Act 2000, section"
HOOKS = {
    "undecided.budget": "",
    "undecided.decision": "",
    "undecided.route": "",
    "undecided.codesign": "",
    "undecided.consultation": "",
    "undecided.partner": "",
    "undecided.national": "",
    "withheld.commercial": f"{PA}(1)(b); {FOIA} 43",
    "withheld.national-security": f"{PA}(1)(a)",
    "withheld.confidence": f"{FOIA} 41",
    "withheld.personal": f"{FOIA} 40",
    "withheld.deliberation": f"{FOIA} 36 (a qualified person’s opinion)",
    "withheld.future-publication": f"{FOIA} 22",
    "withheld.pre-election": "Councils: Local Government Act 1986, section 2, and Code; NHS: guidance",
}


def test_every_reason_is_there_with_its_hook() -> None:
    assert {known.code: known.hook for known in reasons()} == HOOKS


def test_a_code_begins_with_its_family() -> None:
    assert [known.code for known in reasons() if known.code.split(".")[0] != known.state] == []
    assert {*reasons("undecided"), *reasons("withheld")} == set(reasons())


def test_five_reasons_are_offered_first() -> None:
    assert len([known for known in reasons() if known.common]) == 5


def test_only_a_set_date_of_publication_makes_the_date_mandatory() -> None:
    assert [known.code for known in reasons() if known.needs_expected_by] == ["withheld.future-publication"]


def test_every_reason_says_how_long_it_usually_lasts() -> None:
    assert [known.code for known in reasons() if not known.usual_length] == []


def test_a_reason_that_is_none_of_ours_is_refused() -> None:
    with pytest.raises(UnknownCode):
        reason("withheld.inconvenient")
