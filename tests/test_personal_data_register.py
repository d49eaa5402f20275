"""The register of personal data says of every table what it holds, and of how long what the erase jobs obey."""

import importlib
from collections import Counter
from datetime import timedelta

import pytest

import web.wiring  # noqa: F401  # imports every table
from kil_pipeline.database import Base
from kil_pipeline.reference.personal_data_register import Kept, held_kinds, impersonal_tables

ALL_KEPT = [kept for kind in held_kinds() for kept in kind.kept]
PERSONAL_COLUMNS = ("email", "address", "user_id", "subscriber_id", "help_address")


def test_every_table_is_classified_and_none_twice() -> None:
    personal = {table for kept in ALL_KEPT for table in kept.tables}
    assert personal | impersonal_tables() == set(Base.metadata.tables)
    assert personal & impersonal_tables() == set()


def test_no_table_with_a_persons_column_is_called_impersonal() -> None:
    columns = {name: set(table.columns.keys()) for name, table in Base.metadata.tables.items()}
    assert [name for name in sorted(impersonal_tables()) if columns[name] & set(PERSONAL_COLUMNS)] == []


@pytest.mark.parametrize("kept", ALL_KEPT, ids=lambda kept: kept.what)
def test_a_span_is_said_as_days_from_the_erase_jobs_or_in_words(kept: Kept) -> None:
    assert (kept.days is None) == (kept.constant == "") == (kept.after == "") == bool(kept.until)


@pytest.mark.parametrize("kept", [kept for kept in ALL_KEPT if kept.constant], ids=lambda kept: kept.constant)
def test_what_is_said_is_what_the_erase_jobs_obey(kept: Kept) -> None:
    module, _, name = kept.constant.rpartition(".")
    obeyed = getattr(importlib.import_module(f"kil_pipeline.{module}"), name)
    assert timedelta(days=kept.days or 0) == (obeyed if isinstance(obeyed, timedelta) else timedelta(days=obeyed))


def test_each_constant_is_named_once() -> None:
    assert {
        name for name, count in Counter(kept.constant for kept in ALL_KEPT if kept.constant).items() if count > 1
    } == set()


def test_spans_are_said_in_words() -> None:
    spans = [(365, "12 months"), (730, "two years"), (7, "7 days"), (1, "a day")]
    assert [Kept("It", (), days, "that").how_long for days, _ in spans] == [f"{words} after that" for _, words in spans]
    assert Kept("It", (), until="for ever").how_long == "for ever"
