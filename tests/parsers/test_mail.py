"""Mail as GMime reads it at its strictest: nothing to warn of, and every word as it was meant."""

import uuid
from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from feeds.mail import make_renderer
from feeds.mail_messages import write_mail
from kil_pipeline.alerts.letters import DigestItem, DigestLetter, Frequency, Message, Outgoing
from kil_pipeline.engagement.session_letters import SessionLetter
from kil_pipeline.engagement.sessions import SessionContent
from kil_pipeline.organisations.members import InvalidAddress, normalise_address
from tests.feeds.public import BASE, LINES, TEXTS, a_session
from tests.feeds.test_invitations import COMING, NOW, SENDER, SETTINGS, TALK, VENUE
from tests.parsers.conftest import Read
from tests.parsers.gmime import ReadMail, read_mail

TO, ID = "ann@example.org", uuid.UUID(int=5)
STOP, MANAGE = "/alerts/stop-token/unsubscribe", "/alerts/manage-token"
RENDER = make_renderer(SETTINGS)
EXAMPLES = settings(max_examples=40)


def sent(message: Message, to: str = TO) -> ReadMail:
    """Return a message as it arrives."""
    return read_mail(write_mail(Outgoing(ID, to, message), sender=SENDER, base_url=BASE, now=NOW))


def headers(subject: str) -> dict[str, str]:
    """Return those that every mail of ours has, less what the body is."""
    return {
        "From": SENDER,
        "To": TO,
        "Subject": subject,
        "Date": "Tue, 01 Dec 2026 08:00:00 +0000",
        "Message-ID": f"<{ID}@plan.example.org>",
        "Auto-Submitted": "auto-generated",
        "MIME-Version": "1.0",
    }


def bodies(message: Message) -> list[tuple[str, str]]:
    """Return what kinds of text a mail holds, and the texts."""
    return [("text/plain", message.text.rstrip("\n")), ("text/html", message.html.rstrip("\n"))]


@given(
    local=st.text("abcXYZ019!#$%&*+-./=?^_`{|}~", min_size=1, max_size=64),
    labels=st.lists(st.text("abc019-", min_size=1, max_size=40), min_size=1, max_size=4),
)
@EXAMPLES
def test_every_address_that_we_take_is_one(local: str, labels: list[str]) -> None:
    try:
        address = normalise_address(f"{local}@{'.'.join(labels)}.org")
    except InvalidAddress:
        assume(False)
    assert sent(Message("News", "Text", "<p>Text</p>"), to=address).to == address


@given(title=LINES, sentence=LINES, why=TEXTS, name=LINES)
@EXAMPLES
def test_a_digest_says_what_was_written(title: str, sentence: str, why: str, name: str) -> None:
    item = DigestItem(
        subject="entry",
        reference="EX-0001",
        title=title,
        commissioner_name=name,
        can_we_go="Yes, a grant",
        what_to_do="Find partners and get ready.",
        sentences=(sentence,),
        why=why,
        path="/entries/EX-0001",
        because=f"you follow {name}",
        news="Moved later",
    )
    message = RENDER(DigestLetter(Frequency.WEEKLY, (item,), STOP, MANAGE, NOW))
    found = sent(message)
    assert (found.sender, found.to, found.message_id, found.sent_at) == (SENDER, TO, f"{ID}@plan.example.org", NOW)
    assert found.headers == headers(message.subject) | dict(message.headers)
    assert [(part.kind, part.text) for part in found.parts] == bodies(message)


@given(subject=LINES, text=TEXTS, title=LINES, name=LINES)
@EXAMPLES
def test_an_invitation_arrives_whole(read: Read, subject: str, text: str, title: str, name: str) -> None:
    public = a_session(SessionContent(title, text, TALK.starts_at, TALK.ends_at), venue=VENUE)
    message = RENDER(SessionLetter(subject, subject, (text,), invitation=replace(COMING, public=public, name=name)))
    found = sent(message)
    assert found.headers == headers(message.subject)
    plain, html, shown, attached = found.parts
    assert [(part.kind, part.text) for part in (plain, html)] == bodies(message)
    assert (shown.kind, shown.method, attached.kind) == ("text/calendar", "REQUEST", "application/ics")
    assert shown.content == attached.content
    assert [event["SUMMARY"] for event in read(shown.content).events] == [[title]]
