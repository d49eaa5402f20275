"""Mail as people read it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import html5lib
import pytest

from feeds.mail import make_renderer
from feeds.mail_digests import LONGEST_SUBJECT, MOST_IN_FULL, write_subject
from kil_pipeline.alerts.letters import (
    AddressChangedLetter,
    AddressChangeLetter,
    ConfirmationLetter,
    DigestItem,
    DigestLetter,
    Frequency,
    Letter,
    NoticeLetter,
    SignInLetter,
)
from kil_pipeline.settings import load_settings

NOW = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
ADDRESS = "https://plan.example.org"
SETTINGS = load_settings({"KIL_ENV": "development", "KIL_BASE_URL": ADDRESS})
ITEM = DigestItem(
    subject="entry",
    reference="EX-0001",
    title="Link workers for Exampleton",
    commissioner_name="Exampleshire Council",
    can_we_go="Yes, a grant",
    what_to_do="Find partners and get ready: it opens about April to June 2027, not certain.",
    sentences=("Applications or bids open: moved from about April 2027 to about April to June 2027.",),
    why="The board meets later.",
    path="/entries/EX-0001",
    because="you follow Exampleton and Social prescribing",
    news="Moved later",
)
SESSION = replace(ITEM, subject="session", title="Talk about falls", path="/sessions/EX-S0002", news="New session")
render = make_renderer(SETTINGS)


def digest(*items: DigestItem) -> DigestLetter:
    return DigestLetter(Frequency.WEEKLY, items, "/alerts/stop-token/unsubscribe", "/alerts/manage-token", NOW)


def links(html: str) -> list[str]:
    tree: Any = html5lib.parse(html, namespaceHTMLElements=False)
    return [anchor.get("href") for anchor in tree.iter("a")]


def words(html: str) -> str:
    tree: Any = html5lib.parse(html, namespaceHTMLElements=False)
    return " ".join(" ".join(tree.find("body").itertext()).split())


def test_each_item_can_be_silenced_from_the_mail() -> None:
    mail = render(digest(replace(ITEM, mute_path="/alerts/mute-token/mute"), SESSION))
    address = f"{ADDRESS}/alerts/mute-token/mute"
    assert links(mail.html).count(address) == 1
    assert mail.text.count(f"   Stop telling me about this one:\n   {address}\n") == 1
    assert words(mail.html).count("Stop telling me about this one") == 1


@pytest.mark.parametrize(
    ("letter", "subject", "link"),
    [
        (AddressChangeLetter("/alerts/address/t", 7), "Please confirm your new address: ", "/alerts/address/t"),
        (AddressChangedLetter(), "Your alerts go to another address now: ", "/alerts/new"),
    ],
)
def test_a_change_of_address_is_told_in_text_and_html(letter: Letter, subject: str, link: str) -> None:
    mail = render(letter)
    assert mail.subject == subject + SETTINGS.site_name
    assert links(mail.html) == [ADDRESS, ADDRESS + link]
    assert ADDRESS + link in mail.text.splitlines()


@pytest.mark.parametrize(
    ("items", "subject"),
    [
        ((ITEM,), "Moved later: Link workers for Exampleton"),
        ((replace(ITEM, news=""),), "Link workers for Exampleton"),
        (
            (ITEM, replace(ITEM, news="Moved earlier", title="Falls")),
            "2 planned opportunities moved: Link workers for Exampleton; Falls",
        ),
        (
            (replace(ITEM, news="New"), replace(ITEM, news="New", title="Falls")),
            "2 new planned opportunities: Link workers for Exampleton; Falls",
        ),
        (
            (replace(ITEM, news="Cancelled"), replace(ITEM, news="Cancelled", title="Falls")),
            "Cancelled (2): Link workers for Exampleton; Falls",
        ),
        (
            (replace(ITEM, news="Open now"), SESSION, replace(ITEM, title="Falls")),
            "Open now: Link workers for Exampleton, and 2 more",
        ),
        (
            (replace(ITEM, news="Open now", title="Long " * 40), SESSION),
            f"Open now: {' '.join(['Long'] * 17)}…, and 1 more",
        ),
    ],
)
def test_the_subject_says_what_matters_most(items: tuple[DigestItem, ...], subject: str) -> None:
    assert write_subject(items) == subject
    assert len(subject) <= LONGEST_SUBJECT


def test_the_text_is_written_for_reading() -> None:
    assert render(digest(ITEM)).text == (
        "News of what you follow: one planned opportunity, most urgent first.\n"
        "\n"
        "1. Link workers for Exampleton\n"
        "\n"
        "   Can we go for it? Yes, a grant\n"
        "   What to do now: Find partners and get ready: it opens about April to\n"
        "   June 2027, not certain.\n"
        "\n"
        "   * Applications or bids open: moved from about April 2027 to about\n"
        "     April to June 2027.\n"
        "   The reason given: The board meets later.\n"
        "   Published by Exampleshire Council.\n"
        "\n"
        "   https://plan.example.org/entries/EX-0001\n"
        "\n"
        "   Why you got this: you follow Exampleton and Social prescribing.\n"
        "\n"
        "Please note: An early intention, not an invitation to bid nor a\n"
        "commitment to buy; it may change or stop.\n"
        "\n"
        "This email is from Keep it Local forward plan. How often: once a week.\n"
        "\n"
        "Change what you get:\n"
        "https://plan.example.org/alerts/manage-token\n"
        "\n"
        "Stop all emails (unsubscribe):\n"
        "https://plan.example.org/alerts/stop-token/unsubscribe\n"
    )


def test_text_and_html_say_the_same() -> None:
    message = render(digest(ITEM, SESSION))
    shown, text = words(message.html), " ".join(message.text.split())
    for item in (ITEM, SESSION):
        said = (item.title, item.can_we_go, item.what_to_do, *item.sentences, item.why, item.because)
        assert [line for line in said if line not in shown or line not in text] == []


def test_every_link_of_the_html_leads_to_the_site() -> None:
    assert links(render(digest(ITEM, SESSION)).html) == [
        "https://plan.example.org",
        "https://plan.example.org/entries/EX-0001",
        "https://plan.example.org/entries/EX-0001",
        "https://plan.example.org/sessions/EX-S0002",
        "https://plan.example.org/sessions/EX-S0002",
        "https://plan.example.org/alerts/manage-token",
        "https://plan.example.org/alerts/stop-token/unsubscribe",
    ]


def test_the_html_loads_nothing() -> None:
    tree: Any = html5lib.parse(render(digest(ITEM)).html, namespaceHTMLElements=False)
    assert [node.tag for node in tree.iter() if node.get("src") or node.tag in ("img", "link", "script")] == []
    assert "url(" not in render(digest(ITEM)).html


def test_a_long_digest_tells_the_first_items_in_full_and_lists_the_rest() -> None:
    items = tuple(replace(ITEM, title=f"Opportunity {n}", path=f"/entries/EX-{n:04}") for n in range(200))
    message = render(digest(*items))
    assert len(message.html) < 102_000  # Gmail cuts off what is longer
    assert words(message.html).count("Why you got this") == MOST_IN_FULL
    assert len([link for link in links(message.html) if link.endswith("/entries/EX-0199")]) == 1


def test_a_digest_can_be_stopped_with_one_press() -> None:
    assert render(digest(ITEM)).headers == (
        ("List-Id", "Keep it Local forward plan <alerts.plan.example.org>"),
        (
            "List-Unsubscribe",
            f"<{ADDRESS}/alerts/stop-token/unsubscribe>, <mailto:alerts@example.org?subject=unsubscribe%20stop-token>",
        ),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    )


def test_the_address_that_takes_unsubscribing_mail_can_be_chosen() -> None:
    header = dict(make_renderer(SETTINGS, list_address="stop@example.org")(digest(ITEM)).headers)["List-Unsubscribe"]
    assert header.endswith(", <mailto:stop@example.org?subject=unsubscribe%20stop-token>")


def test_a_confirmation_says_what_was_asked_for_and_leads_to_the_button() -> None:
    message = render(ConfirmationLetter("/alerts/confirm/one-use", ("Falls, in Exampleton",), Frequency.DAILY, 7))
    assert (message.subject, message.headers) == ("Please confirm: alerts from Keep it Local forward plan", ())
    assert links(message.html) == ["https://plan.example.org", "https://plan.example.org/alerts/confirm/one-use"]
    assert "\n* Falls, in Exampleton\n\nHow often: once a day.\n" in message.text
    assert "\nhttps://plan.example.org/alerts/confirm/one-use\n" in message.text
    assert "Falls, in Exampleton How often: once a day." in words(message.html)


def test_a_sign_in_mail_holds_its_link_whole() -> None:
    message = render(SignInLetter("/sign-in/" + "t" * 90 + "?next=/workspace&x=1", 15))
    link = "https://plan.example.org/sign-in/" + "t" * 90 + "?next=/workspace&x=1"
    assert links(message.html) == ["https://plan.example.org", link]
    assert link in message.text.splitlines()


NOTICE = NoticeLetter(
    subject="Will you host: Talk about falls?",
    heading="Will you host this session?",
    paragraphs=("Exampleshire Council asks you to host a session.", "It is public once you said yes."),
    facts=(("When", "Thursday 17 September 2026, 5:30pm to 7:30pm"), ("Where", "Exampleton Village Hall")),
    buttons=(("Answer", "/sessions/answer/" + "t" * 90), ("See the draft", "/sessions/draft")),
    ending=("The link works until the session begins.",),
)


def test_a_notice_is_told_in_written_text() -> None:
    message = render(NOTICE)
    assert message.subject == "Will you host: Talk about falls?"
    assert message.text == (
        "Hello,\n\n"
        "Exampleshire Council asks you to host a session.\n\n"
        "It is public once you said yes.\n\n"
        "When: Thursday 17 September 2026, 5:30pm to 7:30pm\n"
        "Where: Exampleton Village Hall\n\n"
        f"Answer:\nhttps://plan.example.org/sessions/answer/{'t' * 90}\n\n"
        "See the draft:\nhttps://plan.example.org/sessions/draft\n\n"
        "The link works until the session begins.\n\n"
        f"{SETTINGS.site_name}\nhttps://plan.example.org\n"
    )


def test_a_notice_is_told_in_html_with_its_links_in_their_order() -> None:
    message = render(NOTICE)
    assert links(message.html) == [ADDRESS, ADDRESS + "/sessions/answer/" + "t" * 90, ADDRESS + "/sessions/draft"]
    for text in (NOTICE.heading, *NOTICE.paragraphs, *NOTICE.ending, "When: Thursday 17 September 2026"):
        assert text in words(message.html)


def test_a_notice_without_facts_or_buttons_leaves_no_gap() -> None:
    message = render(NoticeLetter("Done", "Done", ("It is off.",)))
    assert message.text == f"Hello,\n\nIt is off.\n\n{SETTINGS.site_name}\nhttps://plan.example.org\n"


def test_hostile_words_stay_words() -> None:
    hostile = replace(
        ITEM,
        title='Falls\r\nBcc: all@example.org\x00 <script>alert(1)</script> <img src="https://evil.example">',
        sentences=('A <a href="https://evil.example">link</a>.',),
        why="</td></tr></table><h1>Big</h1>",
        because="you follow “<b>”",
        news="New\r\nX-Evil: 1",
    )
    message = render(digest(hostile))
    assert message.subject == "New X-Evil: 1: Falls Bcc: all@example.org alert(1)"
    assert "evil.example" not in message.html
    assert "<script" not in message.html
    assert [line for line in message.text.splitlines() if line.startswith(("Bcc", "X-Evil"))] == []


def test_markup_that_cleaning_leaves_is_escaped() -> None:
    message = render(digest(replace(ITEM, title="Ages <18 & “over 65”", because='"><')))
    assert "Ages &lt;18 &amp; “over 65”" in message.html
    assert "Ages <18 & “over 65”" in words(message.html)
    assert "Why you got this: &#34;&gt;&lt;." in message.html
