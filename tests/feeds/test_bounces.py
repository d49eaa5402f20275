"""What came back: read as servers write it, acted on once, and only where it names one of our mails."""

import mailbox
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from feeds.bounces import read_bounces
from kil_pipeline.alerts.bounces import KEPT, MOST_SOFT, Bounce, SoftBounce, erase_old_bounces, note_bounce
from kil_pipeline.alerts.deliveries import Delivery, queue_delivery
from kil_pipeline.alerts.suppressions import Suppression, is_suppressed
from kil_pipeline.database import Database
from tests.factories import NOW
from web.bounce_commands import read_mails

OURS = uuid.UUID("01a2151b-42b8-7773-9670-6fe9424a8e9a")
ADDRESS = "ann@example.org"
HARD = ("5.1.1", "5.1.10", "5.2.1")


def a_report(
    status: str = "5.1.1", *, action: str = "failed", of: uuid.UUID = OURS, headers_only: bool = False
) -> bytes:
    """Return a report as Postfix writes it."""
    returned = "text/rfc822-headers" if headers_only else "message/rfc822"
    return f"""From: MAILER-DAEMON@mx.example.org
To: alerts@example.org
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I am sorry.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
Arrival-Date: Mon, 23 Nov 2026 10:00:00 +0000

Final-Recipient: rfc822; {ADDRESS}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} <{ADDRESS}>: nobody here

--b
Content-Type: {returned}

From: alerts@example.org
To: {ADDRESS}
Subject: New: Meals
Message-ID: <{of}@plan.example.org>

--b--
""".encode()


def a_complaint() -> bytes:
    """Return a complaint as RFC 5965 has it."""
    return f"""From: abuse@mx.example.org
In-Reply-To: <{OURS}@plan.example.org>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: message/feedback-report

Feedback-Type: abuse

--b--
""".encode()


@pytest.mark.parametrize("headers_only", [True, False])
def test_a_report_says_which_mail_came_back_and_why(headers_only: bool) -> None:
    words = f"smtp; 550 5.1.1 <{ADDRESS}>: nobody here"
    assert read_bounces(a_report(headers_only=headers_only)) == (Bounce(OURS, "5.1.1", words),)


def test_a_complaint_is_one() -> None:
    assert read_bounces(a_complaint()) == (Bounce(OURS, "", "complaint", complaint=True),)


@pytest.mark.parametrize("raw", [b"", b"Subject: Out of office\n\nAway.", a_report(action="relayed")])
def test_any_other_mail_is_none(raw: bytes) -> None:
    assert read_bounces(raw) == ()


@given(raw=st.binary(max_size=300), place=st.integers(0, 900))
def test_whatever_comes_is_read_or_left(raw: bytes, place: int) -> None:
    whole = a_report()
    read_bounces(raw)
    assert len(read_bounces(whole[:place] + raw + whole[place:])) <= 2


@pytest.mark.parametrize(
    ("status", "hard"),
    [*((status, True) for status in HARD), *((status, False) for status in ("5.1.8", "5.2.2", "4.2.2", "5.7.1"))],
)
def test_which_are_for_ever(status: str, hard: bool) -> None:
    assert Bounce(OURS, status).hard == hard


def a_sent_mail(database: Database, *, waits: bool = False) -> uuid.UUID:
    with database.write() as session:
        mail = queue_delivery(session, "notice", ADDRESS, {}, due_at=NOW, now=NOW)
        if not waits:
            row = session.get_one(Delivery, mail)
            row.state, row.ended_at = "sent", NOW
    return mail


def test_an_address_that_does_not_exist_is_suppressed_once_and_not_named(database: Database) -> None:
    mail = a_sent_mail(database)
    (bounce,) = read_bounces(a_report(of=mail))
    for expected in (True, False):
        with database.write() as session:
            assert note_bounce(session, bounce, NOW) == expected
    with database.read() as session:
        assert is_suppressed(session, ADDRESS)
        detail, reason = session.get_one(Delivery, mail).detail, session.scalars(sa.select(Suppression.reason)).one()
    assert detail == "came back: 5.1.1 smtp; 550 5.1.1 <…>: nobody here"
    assert reason == "5.1.1 smtp; 550 5.1.1 <…>: nobody here"


def test_a_forged_report_silences_nobody(database: Database) -> None:
    with database.write() as session:
        assert not note_bounce(session, Bounce(uuid.uuid4(), "5.1.1"), NOW)
        assert not is_suppressed(session, ADDRESS)


def test_a_full_mailbox_puts_off_what_waits_and_too_many_suppress(database: Database) -> None:
    waiting = a_sent_mail(database, waits=True)
    for number in range(1, MOST_SOFT + 1):
        mail = a_sent_mail(database)
        with database.write() as session:
            assert note_bounce(session, Bounce(mail, "5.2.2"), NOW)
            assert session.get_one(Delivery, waiting).due_at == NOW + timedelta(days=number)
            assert is_suppressed(session, ADDRESS) == (number == MOST_SOFT)
    with database.write() as session:
        assert erase_old_bounces(session, NOW + KEPT) == 0
        assert erase_old_bounces(session, NOW + KEPT + timedelta(seconds=1)) == 1
        assert session.scalar(sa.select(sa.func.count()).select_from(SoftBounce)) == 0


def test_a_maildir_an_mbox_and_one_mail_are_read(tmp_path: Path) -> None:
    maildir = mailbox.Maildir(tmp_path / "dir")
    maildir.add(a_report())
    box = mailbox.mbox(tmp_path / "box")
    box.add(a_report())
    box.close()
    (tmp_path / "one.eml").write_bytes(a_report())
    found = [[read_bounces(raw)[0].status for raw in read_mails(tmp_path / name)] for name in ("dir", "box", "one.eml")]
    assert found == [["5.1.1"]] * 3
