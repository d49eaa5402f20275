"""Digests put together from parts: to the byte what the library writes of the whole."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.mail import make_renderer
from feeds.mail_digests import MOST_IN_FULL
from feeds.mail_messages import write_mail
from kil_pipeline.alerts.letters import DigestItem, DigestLetter, Encoded, Frequency, Message, Outgoing
from kil_pipeline.alerts.links import Signer
from kil_pipeline.settings import load_settings

NOW = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
SETTINGS = load_settings({"KIL_ENV": "development", "KIL_BASE_URL": "https://plan.example.org"})
SIGNER = Signer(("a secret of the test",))
render = make_renderer(SETTINGS)

texts = st.text(max_size=120) | st.sampled_from(["Falls", "Café “Wörld” = 50 %", "." * 90, "From here", "x" * 300])
items = st.builds(
    DigestItem,
    subject=st.sampled_from(["entry", "session"]),
    reference=st.just("EX-0001"),
    title=texts,
    commissioner_name=texts,
    can_we_go=texts,
    what_to_do=texts,
    sentences=st.lists(texts, min_size=1, max_size=3).map(tuple),
    why=texts,
    path=st.just("/entries/EX-0001"),
    because=texts,
    news=st.sampled_from(["", "New", "Moved later"]),
    subject_id=st.sampled_from(["", str(uuid.UUID(int=7))]),
)
readers = st.uuids()


def a_letter(reader: uuid.UUID, told: list[DigestItem], frequency: Frequency = Frequency.DAILY) -> DigestLetter:
    return DigestLetter(
        frequency=frequency,
        items=tuple(
            replace(item, mute_path=SIGNER.mute_path(reader, item.subject_id) if item.subject_id else "")
            for item in told
        ),
        unsubscribe_path=SIGNER.unsubscribe_path(reader),
        manage_path=SIGNER.manage_path(reader),
        made_at=NOW,
    )


def written(message: Message, delivery: uuid.UUID, to: str = "reader@example.org") -> bytes:
    sender = "Keep it Local <alerts@example.org>"
    return write_mail(Outgoing(delivery, to, message), sender=sender, base_url="https://plan.example.org", now=NOW)


@given(
    told=st.lists(items, min_size=1, max_size=4),
    both=st.tuples(readers, readers),
    frequency=st.sampled_from([Frequency.AT_ONCE, Frequency.DAILY, Frequency.WEEKLY]),
)
def test_each_reader_gets_to_the_byte_what_the_library_writes(
    told: list[DigestItem], both: tuple[uuid.UUID, uuid.UUID], frequency: Frequency
) -> None:
    for reader in both:
        message = render(a_letter(reader, told, frequency))
        assert written(message, reader) == written(replace(message, encoded=None), reader)


@given(told=st.lists(items, min_size=1, max_size=3), both=st.tuples(readers, readers))
def test_no_reader_gets_anothers_link(told: list[DigestItem], both: tuple[uuid.UUID, uuid.UUID]) -> None:
    first, second = (render(a_letter(reader, told)) for reader in both)
    fresh = make_renderer(SETTINGS)(a_letter(both[1], told))
    assert second == fresh
    assert first == make_renderer(SETTINGS)(a_letter(both[0], told))


def test_what_is_over_is_listed_alike() -> None:
    told = [items_of(number) for number in range(MOST_IN_FULL + 3)]
    message = render(a_letter(uuid.UUID(int=1), told))
    assert written(message, uuid.UUID(int=1)) == written(replace(message, encoded=None), uuid.UUID(int=1))


def items_of(number: int) -> DigestItem:
    return DigestItem(
        subject="entry",
        reference=f"EX-{number:04}",
        title=f"Entry {number}",
        commissioner_name="Exampleshire Council",
        can_we_go="Yes",
        what_to_do="Get ready",
        sentences=("It opened.",),
        why="",
        path=f"/entries/EX-{number:04}",
        because="you follow falls",
    )


@pytest.mark.parametrize(
    "to",
    [
        "reader@example.org",
        "a@b.org",
        "o'neill+alerts@example.org",
        f"{'x' * 60}@{'y' * 60}.example.org",
        "a..b@example.org",
        "j.d@EXAMPLE.org",
    ],
)
def test_any_address_is_written_as_the_library_does(to: str) -> None:
    message = Message("News", "Text\n", "<p>Text</p>\n", encoded=Encoded("Text\r\n", "<p>Text</p>\r\n"))
    assert written(message, uuid.UUID(int=1), to) == written(replace(message, encoded=None), uuid.UUID(int=1), to)


words = st.text("aBz09,.:;!()'/&+-–?=é", min_size=1, max_size=30) | st.sampled_from(["opportunities", "x" * 60])


@given(st.lists(words, min_size=1, max_size=20).map(" ".join))
def test_any_subject_is_folded_as_the_library_does(subject: str) -> None:
    message = Message(subject, "Text\n", "<p>Text</p>\n", encoded=Encoded("Text\r\n", "<p>Text</p>\r\n"))
    assert written(message, uuid.UUID(int=1)) == written(replace(message, encoded=None), uuid.UUID(int=1))


def test_a_further_header_with_a_line_break_is_refused() -> None:
    headers = (("List-Unsubscribe", "<https://plan.example.org/x>\r\nBcc: other@example.org"),)
    message = Message("News", "Text\n", "<p>Text</p>\n", headers, encoded=Encoded("Text\r\n", "<p>Text</p>\r\n"))
    with pytest.raises(ValueError, match="linefeed or carriage return"):
        written(message, uuid.UUID(int=1))
