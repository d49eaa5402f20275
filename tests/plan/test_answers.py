"""What authors type: read into content, kept apart where it is private, and every fault reported at once."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kil_pipeline.plan.answers import PARTS, Answers, Problem, answer_fields, path_of, read_answers
from kil_pipeline.plan.contents import EntryContent, Milestone
from kil_pipeline.plan.disclosures import Disclosure, DisclosureState
from kil_pipeline.plan.expected_date_parsing import parse_expected_date
from kil_pipeline.plan.money import Money, Period
from kil_pipeline.plan.statuses import Status
from kil_pipeline.plan.written_answers import write_answers
from kil_pipeline.text import MAX_HEADLINE, MAX_TEXT
from tests.factories import TODAY
from tests.plan.values import contents, lines, texts


def read(**typed: str) -> Answers:
    """Read what was typed, today, beside a headline."""
    return read_answers({"headline": "Community transport", **typed}, today=TODAY)


def problems_of(typed: dict[str, str]) -> list[tuple[str, str]]:
    """Return where the problems are, and with which values."""
    return [(problem.field, problem.value) for problem in read(**typed).problems]


def undecided(path: str, reason: str = "undecided.decision", **parts: str) -> Disclosure:
    """Return why a field is not decided."""
    return Disclosure(path, DisclosureState.UNDECIDED, reason, **parts)  # type: ignore[arg-type]  # texts alone


@given(contents(), st.data())
def test_what_is_written_out_is_read_back_as_it_was(content: EntryContent, data: st.DataObject) -> None:
    secrets = {d.path: data.draw(texts) for d in content.disclosures if d.state is DisclosureState.WITHHELD}
    answers = read_answers(write_answers(content, secrets), today=TODAY)
    assert answers == Answers(content, secrets, ())


def test_a_headline_alone_is_enough() -> None:
    assert read() == Answers(EntryContent("Community transport"), {}, ())


def test_everything_can_be_typed_as_people_write_it() -> None:
    answers = read(
        summary="Minibuses for people who cannot use others.",
        themes="Falls; befriending",
        areas="Leeds, Bradford",
        value="£400k to £650k a year",
        route="most suitable provider",
        opens="autumn 2027",
        status="on hold",
        status_reason="The budget is late.",
        contact="plan@council.example.org",
    )
    assert answers.content == EntryContent(
        "Community transport",
        Status.ON_HOLD,
        "The budget is late.",
        summary="Minibuses for people who cannot use others.",
        themes=("falls", "loneliness"),
        areas=("E08000035", "E08000032"),
        value=Money(40_000_000, 65_000_000, Period.YEAR),
        route="psr.most-suitable-provider",
        contact="plan@council.example.org",
        milestones=(Milestone("opens", parse_expected_date("September to November 2027", today=TODAY)),),
    )


@pytest.mark.parametrize("field", [field for field in answer_fields() if path_of(field)])
def test_to_be_confirmed_is_undecided_in_every_field_that_can_be(field: str) -> None:
    path = path_of(field)
    assert path is not None
    assert read(**{field: "TBC"}) == Answers(
        EntryContent("Community transport", disclosures=(undecided(path),)), {}, ()
    )


@pytest.mark.parametrize("field", ["themes", "benefits", "stage", "contact", "cpv", "status"])
def test_to_be_confirmed_is_blank_in_a_field_that_needs_no_reason(field: str) -> None:
    assert read(**{field: "TBC"}) == Answers(EntryContent("Community transport"), {}, ())


@pytest.mark.parametrize("typed", ["None", "none.", "n/a", "N/A", "Nil", "No", "not applicable"])
def test_none_is_known_of_lots_and_of_what_is_there_now(typed: str) -> None:
    assert read(lots=typed, current=typed) == Answers(
        EntryContent("Community transport", lots="One lot: it is not divided.", current="Nothing is there now."), {}, ()
    )


def test_every_part_of_a_reason_is_read() -> None:
    answers = read(
        **{
            "value: why not": "commercial",
            "value: explanation": "It would steer bids.",
            "value: who decides": "Commercial board",
            "value: expected by": "March 2027",
            "value: review on": "1 February 2027",
            "value: how you could help": "Tell us your costs.",
            "value: public interest": "Better bids.",
        }
    )
    assert answers.content is not None
    assert answers.content.disclosures == (
        Disclosure(
            "value",
            DisclosureState.WITHHELD,
            "withheld.commercial",
            "It would steer bids.",
            "Commercial board",
            date(2027, 3, 31),
            date(2027, 2, 1),
            "Tell us your costs.",
            "Better bids.",
        ),
    )


@pytest.mark.parametrize("written", ["undecided.budget", "budget", "Budget", "The money is not confirmed"])
def test_a_reason_is_known_by_its_code_its_short_name_and_its_label(written: str) -> None:
    answers = read(**{"value: why not": written})
    assert answers.content is not None
    assert answers.content.disclosures == (undecided("value", "undecided.budget"),)


SECRET = "£123,456"


@pytest.mark.parametrize("box", ["value", "value: withheld value"])
def test_a_value_beside_a_reason_to_withhold_it_is_kept_apart_and_nowhere_in_the_content(box: str) -> None:
    answers = read(**{box: SECRET, "value: why not": "commercial"})
    assert answers.withheld == {"value": SECRET}
    assert answers.content is not None
    assert "123" not in repr(answers.content)


@given(lines, st.sampled_from([(field, path) for field in answer_fields() if (path := path_of(field))]))
def test_whatever_is_withheld_is_taken_as_it_stands(secret: str, at: tuple[str, str]) -> None:
    field, path = at
    answers = read(**{field: secret, f"{field}: why not": "commercial"})
    assert answers == Answers(read(**{f"{field}: why not": "commercial"}).content, {path: secret}, ())


def test_withholding_never_asks_for_the_value() -> None:
    answers = read(**{"value: why not": "commercial"})
    assert (answers.withheld, answers.problems) == ({}, ())


@pytest.mark.parametrize("box", ["value", "value: withheld value"])
def test_what_is_known_is_not_undecided(box: str) -> None:
    assert problems_of({box: SECRET, "value: why not": "budget"}) == [(box, SECRET)]


@pytest.mark.parametrize("part", [part for part in PARTS if part != "why not"])
def test_what_is_said_beside_no_reason_is_not_lost_unseen(part: str) -> None:
    assert problems_of({f"value: {part}": "14 March 2027"}) == [("value: why not", "")]


def test_a_value_beside_an_explanation_without_its_reason_is_not_published_unasked() -> None:
    """Who forgot to choose "can't say yet" would have published what they meant to keep back."""
    assert problems_of({"value": "£5,000", "value: explanation": "The board met."}) == [("value: why not", "")]


def test_the_date_of_a_future_publication_is_mandatory() -> None:
    assert problems_of({"summary: why not": "future-publication"}) == [("summary: expected by", "")]


def test_every_fault_is_reported_at_once() -> None:
    typed = {
        "headline": " ",
        "areas": "Leeds; Mars",
        "themes": "astronomy",
        "stage": "soon",
        "value": "lots",
        "route": "the usual way",
        "length: why not": "because",
        "lots: why not": "budget",
        "lots: expected by": "31 February 2027",
        "opens": "Q3 2027",
        "cpv": "12",
        "status": "maybe",
    }
    answers = read_answers(typed, today=TODAY)
    assert [problem.field for problem in answers.problems] == [
        "headline",
        "themes",
        "areas",
        "stage",
        "value",
        "route",
        "length: why not",
        "lots: expected by",
        "cpv",
        "opens",
        "status",
    ]
    assert answers.content is None


def test_a_problem_says_what_it_found_and_how_to_mend_it() -> None:
    assert read(areas="Leeds, Mars").problems == (
        Problem(
            "areas",
            "Leeds, Mars",
            "“Mars” is not an area that we know: use a council, a board, a region, or an ONS code. "
            "Part several with semicolons.",
        ),
    )


@pytest.mark.parametrize("status", ["On hold", "cancelled", "Withdrawn"])
def test_a_status_that_needs_a_reason_says_so_at_the_reason(status: str) -> None:
    assert problems_of({"status": status}) == [("status_reason", "")]


def test_what_is_too_long_is_refused_wherever_it_stands() -> None:
    long = "x" * (MAX_TEXT + 1)
    headline = "x" * (MAX_HEADLINE + 1)
    typed = {"headline": headline, "summary": long, "value: why not": "budget", "value: explanation": long}
    found = [problem.field for problem in read_answers(typed, today=TODAY).problems]
    assert found == ["headline", "summary", "value: explanation"]


def test_names_with_commas_in_them_are_kept_whole() -> None:
    answers = read(themes="Primary care, dentists and pharmacies; falls", areas="Bristol, City of; Leeds")
    assert answers.content == EntryContent(
        "Community transport", themes=("primary-care", "falls"), areas=("E06000023", "E08000035")
    )
