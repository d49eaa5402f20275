"""A bulletin: every shape says the same, holds no personal link, and cannot be broken by what stands in the plan."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from feeds.bulletins import LONGEST_LINE, bulletin_html, bulletin_lines, bulletin_markdown, bulletin_text
from feeds.mail import make_renderer
from kil_pipeline.alerts.letters import DigestItem, DigestLetter, Frequency
from kil_pipeline.plan.wordings import DISCLAIMER
from kil_pipeline.settings import load_settings
from tests.factories import NOW

SITE = "https://plan.example.org"
ITEM = DigestItem(
    subject="entry",
    reference="EXC-0001",
    title="Meals & company",
    commissioner_name="Exampleshire Council",
    can_we_go="Yes, open to all",
    what_to_do="Look at it again in May.",
    sentences=("It opens about April to June 2027.",),
    why="",
    path="/entries/EXC-0001",
    because="you follow Food",
    news="New",
    mute_path="/alerts/secret/mute",
)


def test_plain_text() -> None:
    assert bulletin_text([ITEM], SITE).splitlines()[:6] == [
        "NEW: MEALS & COMPANY",
        "Can we go for it? Yes, open to all",
        "What to do now: Look at it again in May.",
        "It opens about April to June 2027.",
        "From: Exampleshire Council",
        "https://plan.example.org/entries/EXC-0001",
    ]


def test_html() -> None:
    assert bulletin_html([ITEM], SITE).splitlines()[:2] == [
        '<h3><a href="https://plan.example.org/entries/EXC-0001">New: Meals &amp; company</a></h3>',
        "<p><strong>Can we go for it?</strong> Yes, open to all</p>",
    ]


def test_markdown() -> None:
    hostile = replace(ITEM, title="[x](javascript:alert(1)) *now*", sentences=(), what_to_do="")
    assert bulletin_markdown([hostile], SITE) == "\n\n".join(
        [
            "### [New: \\[x\\]\\(javascript:alert\\(1\\)\\) \\*now\\*](https://plan.example.org/entries/EXC-0001)",
            "**Can we go for it?** Yes, open to all",
            "**From:** Exampleshire Council",
            f"*{DISCLAIMER.replace('.', chr(92) + '.')}*\n",
        ]
    )


def test_short_lines() -> None:
    assert bulletin_lines([ITEM], SITE) == (
        "New: Meals & company (Exampleshire Council). Yes, open to all. https://plan.example.org/entries/EXC-0001",
    )


@given(title=st.text(max_size=400), name=st.text(max_size=200))
def test_whatever_stands_in_the_plan_a_short_line_is_short_and_html_is_whole(title: str, name: str) -> None:
    item = replace(ITEM, title=title, commissioner_name=name)
    (line,) = bulletin_lines([item], SITE)
    assert len(line) <= LONGEST_LINE
    assert line.endswith(f" {SITE}/entries/EXC-0001")
    assert "\n" not in line
    tags = {
        element.tag for element in html.fragment_fromstring(bulletin_html([item], SITE), create_parent="div").iter()
    }
    assert tags <= {"div", "h3", "a", "p", "strong", "em"}


def test_the_mail_keeps_personal_links_out_of_what_is_passed_on() -> None:
    letter = DigestLetter(Frequency.BULLETIN, (ITEM,), "/alerts/stop/unsubscribe", "/alerts/change", NOW)
    message = make_renderer(load_settings({"KIL_ENV": "development"}))(letter)
    line = "-" * 72
    before, passed_on, after = message.text.split(line)
    assert message.subject == "Bulletin: New: Meals & company"
    assert [part.count("/alerts/") for part in (before, passed_on, after)] == [0, 0, 2]
    assert passed_on.strip() == bulletin_text([ITEM], "http://localhost:8000").strip()
    assert "secret" not in message.text + message.html


def test_the_mail_leads_to_the_other_shapes_of_each_patch() -> None:
    letter = DigestLetter(Frequency.BULLETIN, (ITEM,), "/alerts/stop/unsubscribe", "/alerts/change", NOW)
    render = make_renderer(load_settings({"KIL_ENV": "development"}))
    one, two = ("Carers", "/bulletins?theme=carers"), ("Falls", "/bulletins?theme=falls")
    texts = [render(replace(letter, shapes=shapes)).text.split("-" * 72)[0] for shapes in ((), (one,), (one, two))]
    said = [[line for line in text.splitlines() if "hapes" in line or "/bulletins" in line] for text in texts]
    assert said == [
        ["Other shapes, to copy:", "http://localhost:8000/bulletins"],
        ["Other shapes, to copy:", "http://localhost:8000/bulletins?theme=carers"],
        [
            "Other shapes, to copy, of Carers:",
            "http://localhost:8000/bulletins?theme=carers",
            "Other shapes, to copy, of Falls:",
            "http://localhost:8000/bulletins?theme=falls",
        ],
    ]
    assert 'href="http://localhost:8000/bulletins?theme=falls"' in render(replace(letter, shapes=(one, two))).html
