"""Messages as bytes: they must mean the same to whoever reads them."""

import re
import uuid
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.mail_messages import message_id, write_mail
from kil_pipeline.alerts.letters import Message, Outgoing
from kil_pipeline.text import clean_line

NOW = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
DELIVERY = uuid.UUID("0193a5e0-7c00-7000-8000-000000000001")
LONG_LINK = "https://plan.example.org/alerts/" + "x" * 150 + "/unsubscribe"
HEADERS = (
    ("List-Id", "Plan <alerts.plan.example.org>"),
    ("List-Unsubscribe", f"<{LONG_LINK}>, <mailto:alerts@example.org?subject=unsubscribe%20{'x' * 150}>"),
    ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
)


def written(subject: str = "News", text: str = "Text\n", html: str = "<p>Text</p>\n") -> bytes:
    outgoing = Outgoing(DELIVERY, "reader@example.org", Message(subject, text, html, HEADERS))
    return write_mail(outgoing, sender="Plan <alerts@example.org>", base_url="https://plan.example.org", now=NOW)


def read(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=SMTP.clone(raise_on_defect=True))


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert isinstance(part, EmailMessage)
    return str(part.get_content())


def test_the_headers_are_those_that_mail_programs_look_for() -> None:
    mail = read(written())
    assert {name: str(value) for name, value in mail.items() if name != "Content-Type"} == {
        "From": "Plan <alerts@example.org>",
        "To": "reader@example.org",
        "Subject": "News",
        "Date": "Tue, 01 Dec 2026 08:00:00 +0000",
        "Message-ID": "<0193a5e0-7c00-7000-8000-000000000001@plan.example.org>",
        "Auto-Submitted": "auto-generated",
        "MIME-Version": "1.0",
        **dict(HEADERS),
    }
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


def test_the_unsubscribe_link_stands_whole_on_one_line() -> None:
    lines = written().decode("ascii").split("\r\n")
    assert [line for line in lines if line.startswith("List-Unsubscribe:")] == [f"List-Unsubscribe: {HEADERS[1][1]}"]


def test_only_plain_ascii_in_short_lines_leaves() -> None:
    content = written("é" * 100, "“Ł”" * 300, "<p>" + "“Ł”" * 300 + "</p>")
    assert content.isascii()
    assert re.search(rb"(?<!\r)\n|\r(?!\n)", content) is None
    lines = [line for line in content.split(b"\r\n") if not line.startswith(b"List-Unsubscribe:")]
    assert max(len(line) for line in lines) <= 78
    assert max(len(word) for word in re.findall(rb"=\?[^?]+\?.\?[^?]*\?=", content)) <= 75


def test_a_long_subject_is_in_words_that_need_no_padding() -> None:
    subject = "é" * 90
    content = written(subject)
    assert re.findall(rb"=\?utf-8\?(.)\?", content) == [b"q"] * 10
    assert str(read(content)["Subject"]) == subject


@given(st.text(max_size=200))
def test_any_subject_is_read_back_as_it_was_meant(subject: str) -> None:
    assert str(read(written(subject))["Subject"]) == clean_line(subject)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=300))
def test_any_text_is_read_back_as_it_was_meant(text: str) -> None:
    mail = read(written(text=text, html=f"<pre>{text}</pre>"))
    assert body(mail, "plain").replace("\r\n", "\n").rstrip("\n") == text.rstrip("\n")


def test_a_header_cannot_be_smuggled_in() -> None:
    mail = read(written("News\r\nBcc: all@example.org\r\n\r\nBody"))
    assert str(mail["Subject"]) == "News Bcc: all@example.org Body"
    assert mail["Bcc"] is None


def test_a_further_header_with_a_line_break_is_refused() -> None:
    outgoing = Outgoing(
        DELIVERY, "reader@example.org", Message("S", "t", "h", (("List-Id", "a\r\nBcc: b@example.org"),))
    )
    with pytest.raises(ValueError, match="linefeed"):
        write_mail(outgoing, sender="alerts@example.org", base_url="https://plan.example.org", now=NOW)


@pytest.mark.parametrize(
    ("base_url", "expected"),
    [
        ("https://plan.example.org", f"<{DELIVERY}@plan.example.org>"),
        ("http://127.0.0.1:8000", f"<{DELIVERY}@[127.0.0.1]>"),
        ("http://[::1]:8000", f"<{DELIVERY}@[IPv6:::1]>"),
        ("https://" + "a" * 60 + ".example.org", f"<{DELIVERY}@{'a' * 60}.example.org>"),
    ],
)
def test_the_message_id_is_made_from_the_delivery_and_the_site(base_url: str, expected: str) -> None:
    assert message_id(DELIVERY, base_url) == expected
