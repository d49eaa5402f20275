"""The status of an entry: which may follow which."""

from itertools import product

import pytest

from kil_pipeline.errors import InvalidTransition
from kil_pipeline.plan.statuses import Status, check_transition

ALLOWED = {
    "draft": "published open",
    "published": "open on_hold concluded cancelled withdrawn",
    "open": "published on_hold concluded cancelled withdrawn",
    "on_hold": "published open cancelled withdrawn",
    "concluded": "withdrawn",
    "cancelled": "published withdrawn",
    "withdrawn": "",
}


@pytest.mark.parametrize(("old", "new"), list(product(Status, Status)), ids=lambda status: status.value)
def test_a_status_follows_another_as_the_table_says(old: Status, new: Status) -> None:
    try:
        check_transition(old, new)
        allowed = True
    except InvalidTransition:
        allowed = False
    assert allowed == (old is new or new.value in ALLOWED[old.value].split())


def test_what_has_ended_and_what_needs_a_reason() -> None:
    assert {status.value for status in Status if status.ended} == {"concluded", "cancelled", "withdrawn"}
    assert {status.value for status in Status if status.needs_reason} == {"on_hold", "cancelled", "withdrawn"}


def test_statuses_are_shown_in_plain_words() -> None:
    assert [status.label for status in Status] == [
        "Draft", "Planned", "Open now", "On hold", "Concluded", "Cancelled", "Withdrawn",
    ]  # fmt: skip
