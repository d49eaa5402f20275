"""The guide to the data lists every field as the schemas and the export have them, in their order and words."""

import re
from pathlib import Path

import pytest
from marshmallow import Schema

from kil_pipeline.exchange.exports import EXPORTED_PARTS, export_headings
from web.public import part_schemas
from web.public.schemas import PublicEntrySchema

GUIDE = (Path(__file__).resolve().parent.parent / "docs" / "guides" / "data.md").read_text("utf-8")
SCHEMAS: dict[str, type[Schema]] = {
    "A planned opportunity": PublicEntrySchema,
    "A field with its reason": part_schemas.FactSchema,
    "An expected date": part_schemas.ExpectedDateSchema,
    "A key date": part_schemas.MilestoneSchema,
    "An amount": part_schemas.MoneySchema,
    "A route": part_schemas.RouteSchema,
    "A commissioner": part_schemas.CommissionerSchema,
    "A notice": part_schemas.NoticeSchema,
    "A reader's answer": part_schemas.AnswerSchema,
}


def rows_under(heading: str) -> list[tuple[str, str]]:
    """Return the rows of the table under a heading of the guide."""
    section = re.split(r"^#+ ", GUIDE.split(f"# {heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]
    return re.findall(r"^\| `([^`]+)` \| (.*) \|$", section, re.MULTILINE)


@pytest.mark.parametrize("heading", SCHEMAS)
def test_it_lists_the_fields_of_each_schema(heading: str) -> None:
    schema = SCHEMAS[heading]()
    assert rows_under(heading) == [
        (field.data_key or name, field.metadata["description"]) for name, field in schema.fields.items()
    ]


def test_it_lists_the_columns_of_the_table() -> None:
    labels = [heading for heading in export_headings() if ": " not in heading]
    assert [label for label, _ in rows_under("The columns of CSV and XLSX")] == labels
    assert [part for part, _ in rows_under("Columns that explain another")] == list(EXPORTED_PARTS)
