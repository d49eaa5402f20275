"""The programs that read for us tell what is wrong: where they are silent, it is because nothing is."""

import pytest

from tests.feeds.test_mail_messages import written
from tests.parsers.calendars import Refused
from tests.parsers.conftest import PROGRAMS, Read
from tests.parsers.gmime import Refused as MailRefused
from tests.parsers.gmime import read_mail

MAIL = written()


def a_calendar(*lines: str, method: str = "") -> bytes:
    """Return a calendar with one event of these lines."""
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//EN", *([f"METHOD:{method}"] if method else [])]
    event = ["BEGIN:VEVENT", "UID:1", "DTSTAMP:20270101T000000Z", *lines, "END:VEVENT"]
    return "".join(f"{line}\r\n" for line in (*head, *event, "END:VCALENDAR")).encode()


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize(
    "wrong",
    [
        a_calendar("DTSTART:20270101T000000Z", "This is a line of the one before."),
        a_calendar("BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:x", "TRIGGER:-PT5M", "END:VALARM")[:-30],
        a_calendar("DTSTART:20270101T000000Z").replace(b"VEVENT", b"VTODO"),
    ],
    ids=["no-property", "no-end", "no-event"],
)
def test_each_program_refuses_what_is_no_calendar_of_events(
    programs: dict[str, Read], program: str, wrong: bytes
) -> None:
    with pytest.raises(Refused):
        programs[program](wrong)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (a_calendar("DTSTART:soon"), "Can't parse as DATE-TIME value in DTSTART property"),
        (a_calendar("SUMMARY:a", "SUMMARY:b"), "Failed iTIP restrictions for SUMMARY property"),
        (a_calendar("SUMMARY:a", method="REQUEST"), "Failed iTIP restrictions for ATTENDEE property"),
        (a_calendar("SUMMARY:a\0b"), "It is not a calendar"),
    ],
    ids=["no-date", "twice", "nobody-invited", "nul"],
)
def test_libical_says_what_no_rule_allows(programs: dict[str, Read], wrong: bytes, said: str) -> None:
    with pytest.raises(Refused, match=said):
        programs["libical"](wrong)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (MAIL.replace(b"Subject:", b"Sub ject:"), "invalid header name"),
        (MAIL.replace(b"Subject: News", b"Subject: News\r\nSubject: Olds"), "conflicting header"),
        (MAIL.replace(b"To: ", b"To: Ann, Bob "), "invalid address list"),
        (MAIL.replace(b"boundary=", b"bound="), "multipart without boundary"),
        (MAIL.replace(b"text/plain", b"text"), "invalid content type"),
        (MAIL[:-30], "truncated message"),
    ],
)
def test_gmime_says_what_is_wrong_with_a_mail(wrong: bytes, said: str) -> None:
    with pytest.raises(MailRefused) as refused:
        read_mail(wrong)
    assert refused.value.args[0] == said
