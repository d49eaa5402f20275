"""The leak check: everything hidden in one list, and a value kept back that stands in a public text is pointed out."""

import pytest

from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.disclosures import Disclosure, DisclosureState, field_labels
from kil_pipeline.plan.leak_checks import hidden_fields, leaks

COMMERCIAL = Disclosure("value", DisclosureState.WITHHELD, "withheld.commercial")
UNDECIDED = Disclosure("route", DisclosureState.UNDECIDED, "undecided.route")


def test_everything_hidden_is_in_one_list_with_its_reason() -> None:
    content = EntryContent("A", summary="Said.", disclosures=(UNDECIDED, COMMERCIAL))
    hidden = hidden_fields(content, {"value": "£5,000"})
    assert [(field.label, field.state_words, field.stored) for field in hidden[:2]] == [
        ("How much", "Can’t say yet", True),
        ("How the provider will be chosen", "Not decided yet", False),
    ]
    assert hidden[0].why == "Publishing it now would harm someone’s commercial interests"
    blank = [label for path, label in field_labels().items() if path not in ("summary", "value", "route")]
    assert [field.label for field in hidden[2:]] == blank


@pytest.mark.parametrize(
    ("kept_back", "said", "found"),
    [
        ("£450,000 a year", "About £450k.", True),
        ("£450,000 a year", "About 0.45 million pounds.", True),
        ("£450,000 a year", "From 2027, 450 places.", False),
        ("£450,000 in 2027", "It starts in 2027.", False),
        ("Oak House Trust", "Today oak  house trust does it.", True),
        ("Oak", "An oak tree.", False),
        ("", "Anything.", False),
    ],
)
def test_a_value_kept_back_is_found_in_what_is_public(kept_back: str, said: str, found: bool) -> None:
    told = ("What you keep back as “How much” seems to stand in “What it is”.",)
    assert leaks(EntryContent("A", summary=said, disclosures=(COMMERCIAL,)), {"value": kept_back}) == (
        told if found else ()
    )


def test_an_explanation_is_public_too() -> None:
    telling = Disclosure("value", DisclosureState.WITHHELD, "withheld.commercial", explanation="Not that it is £1.1m!")
    assert leaks(EntryContent("A", disclosures=(telling,)), {"value": "£1.1m"}) == (
        "What you keep back as “How much” seems to stand in “How much: why not”.",
    )
