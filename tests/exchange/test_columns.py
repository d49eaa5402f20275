"""Headings as people write them are recognised; what they say of their cells is not lost."""

import pytest

from kil_pipeline.exchange.columns import find_headings, recognise_columns, template_headings
from kil_pipeline.exchange.reports import UnreadableFile
from kil_pipeline.plan.answers import answer_fields


def test_the_template_is_understood_by_the_import() -> None:
    columns = recognise_columns(template_headings())
    assert columns.left_out == ()
    assert set(answer_fields()) | {"reference"} == columns.fields


@pytest.mark.parametrize(
    ("heading", "key"),
    [
        ("Headline", "headline"),
        ("  TITLE ", "headline"),
        ("Service\nname", "headline"),
        ("Contract End Date", "service_ends"),
        ("tender_date", "opens"),
        ("How much: why not", "value: why not"),
        ("How much – Why not?", "value: why not"),
        ("Value (£k)", "value"),
        ("Estimated value £ per annum", "value"),
        ("Total contract value ex VAT", "value"),
        ("Current provider", "provider"),
        ("Colour", None),
    ],
)
def test_a_heading_is_recognised_in_usual_spellings(heading: str, key: str | None) -> None:
    assert recognise_columns([heading]).keys == (key,)


@pytest.mark.parametrize(
    ("heading", "cell", "read"),
    [
        ("Value", "£400", "£400"),
        ("Value (£k)", "400", "400k"),
        ("Value £000s", "£1,250", "£1,250k"),
        ("Value (£k)", "£400,000 to £1m", "£400,000 to £1m"),
        ("Value (£m)", "1.2", "1.2m"),
        ("Annual value", "£400k", "£400k a year"),
        ("Annual value", "£2m in total", "£2m in total"),
        ("Total value (exc. VAT)", "£2m", "£2m in total ex VAT"),
        ("Budget per annum (including VAT)", "60000", "60000 a year inc VAT"),
        ("Annual value (£k)", "TBC", "TBC"),
        ("Contract value (over £5,000)", "6000", "6000"),
    ],
)
def test_an_amount_is_read_with_what_its_heading_says(heading: str, cell: str, read: str) -> None:
    assert recognise_columns([heading]).read([cell]) == {"value": read}


def test_of_two_columns_for_the_same_thing_the_more_telling_is_read_and_the_other_is_named() -> None:
    columns = recognise_columns(["Service", "Contract title", "Contract title"])
    assert columns.read(["Adults", "Befriending", "Other"]) == {"headline": "Befriending"}
    assert columns.left_out == ("Service", "Contract title")


def test_columns_that_we_write_ourselves_are_not_called_unknown() -> None:
    columns = recognise_columns(["What to mend", "Headline", "Commissioner", "Last changed", "Please note", "Colour"])
    assert columns.left_out == ("Colour",)


@pytest.mark.parametrize(("cell", "read"), [("Yes", "VCSE organisations"), ("true", "VCSE organisations"),
                                            ("No", "Not marked as suitable for VCSE organisations"),
                                            ("Small charities", "Small charities")])  # fmt: skip
def test_a_tick_for_vcse_organisations_becomes_words(cell: str, read: str) -> None:
    assert recognise_columns(["Suitable for VCSE"]).read([cell]) == {"suitability": read}


def test_the_headings_are_found_below_a_title_and_who_keeps_the_sheet() -> None:
    rows = [("Forward plan",), ("Name", "A. Person"), ("Title", "Where", "Tender date"), ("Befriending", "Leeds")]
    place, columns = find_headings(rows)
    assert (place, columns.headings) == (2, ("Title", "Where", "Tender date"))


def test_a_sheet_without_a_headline_is_refused_with_what_it_has() -> None:
    with pytest.raises(UnreadableFile, match="The first row has: “Colour”, “Size”"):
        find_headings([("Colour", "Size")])


def test_a_heading_that_the_sheet_lacks_is_named_as_in_the_template() -> None:
    columns = recognise_columns(["Title"])
    named = [columns.heading_of(key) for key in ("headline", "value: expected by", "status_reason", "reference")]
    assert named == ["Title", "How much: expected by", "Reason for the status", "Reference"]
