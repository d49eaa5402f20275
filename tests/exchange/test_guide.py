"""The guide for commissioners is true: what it says can be written is read."""

import re
import tomllib

import pytest

from kil_pipeline.codec import from_json
from kil_pipeline.exchange.columns import recognise_columns
from kil_pipeline.exchange.mappings import ColumnMapping
from kil_pipeline.plan.answer_values import find_reason
from kil_pipeline.plan.answers import answer_fields
from kil_pipeline.plan.expected_date_parsing import parse_expected_date
from kil_pipeline.plan.money_parsing import parse_money
from kil_pipeline.reference.reasons import reasons
from kil_pipeline.settings import CHECKOUT
from tests.factories import TODAY

GUIDE = (CHECKOUT / "docs" / "guides" / "spreadsheets.md").read_text("utf-8")


def table(heading: str) -> list[list[str]]:
    """Return the cells of the table under a heading, without its own headings."""
    section = GUIDE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def examples(heading: str, column: int = 0) -> list[str]:
    """Return what is written in code in one column of a table."""
    return [code for row in table(heading) for code in re.findall(r"`([^`]*)`", row[column])]


@pytest.mark.parametrize("text", examples("Dates"))
def test_a_date_of_the_guide_is_read(text: str) -> None:
    assert parse_expected_date(text, today=TODAY).earliest.year in (2027, 2028)


@pytest.mark.parametrize("text", examples("Money"))
def test_an_amount_of_the_guide_is_read(text: str) -> None:
    money = parse_money(text)
    assert (money.least or money.most or 0) >= 6_000_000


def test_the_reasons_of_the_guide_are_all_that_there_are() -> None:
    told = [*examples("Saying why not", 0), *examples("Saying why not", 1)]
    assert {getattr(find_reason(code), "code", code) for code in told} == {known.code for known in reasons()}


def test_the_headings_of_the_guide_are_recognised() -> None:
    headings = [re.sub(r"\*\*|\(needed\)", "", name).strip() for row in table("Columns") for name in row[0].split(",")]
    others = [re.sub(r" \(yes or no\)", "", name).strip() for row in table("Columns") for name in row[2].split(",")]
    unread = [name for name in [*headings, *others] if name and recognise_columns([name]).keys == (None,)]
    assert unread == []


def test_the_mapping_of_the_guide_works() -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)
    assert from_json(ColumnMapping, tomllib.loads(block)).columns["headline"] == "Project"


def test_the_fields_of_the_guide_are_all_that_a_mapping_can_fill() -> None:
    told = re.findall(r"`([a-z_]+)`", GUIDE.split("The fields are ")[1].split("\n\n")[0])
    assert set(told) == {"reference", *answer_fields()}
