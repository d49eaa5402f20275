"""A request that names another host makes no mail lead there (host-header poisoning), and no text makes a header."""

import re
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from feeds.mail import make_renderer
from feeds.mail_messages import write_mail
from kil_pipeline.alerts.letters import Outgoing
from kil_pipeline.engagement.file_types import FileRefused, check_file
from kil_pipeline.organisations.members import Role, add_member
from kil_pipeline.organisations.organisations import Organisation
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.scheduler.jobs import run_tick
from tests.alerts.sinks import Post
from tests.attacks.conftest import Target
from tests.factories import NOW, a_subscriber, publish
from tests.web.visitors import csrf_token

EVIL = {
    "Host": "evil.example.com",
    "X-Forwarded-Host": "evil.example.com",
    "X-Forwarded-Proto": "https",
    "Forwarded": "host=evil.example.com",
    "X-Original-URL": "https://evil.example.com/",
    "Origin": "https://evil.example.com",
}
ASKING = {
    "/sign-in": {"email": "member@example.org"},
    "/alerts/new": {"email": "reader@example.org", "frequency": "daily"},
    "/profile": {"email": "us@example.org"},
    "/my-data": {"email": "us@example.org"},
}
HEADERS = {
    "from", "to", "subject", "date", "message-id", "auto-submitted", "mime-version", "content-type",
    "list-id", "list-unsubscribe", "list-unsubscribe-post",
}  # fmt: skip
LINE = "Carers\r\nBcc: everyone@example.com\r\n\r\n<p>Body"


def mails(target: Target, minutes: int = 0) -> list[bytes]:
    """Send what is due, and return it as a mail server gets it."""
    post = Post(target.database)
    jobs = replace(post.jobs(), render=make_renderer(post.jobs().settings))
    assert run_tick(jobs, NOW + timedelta(minutes=minutes)).failures == ()
    return [as_sent(outgoing) for outgoing in post.sent]


def as_sent(outgoing: Outgoing) -> bytes:
    """Return a mail's bytes."""
    return write_mail(outgoing, sender="Plan <plan@example.org>", base_url="http://localhost:8000", now=NOW)


def read(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=SMTP.clone(raise_on_defect=True))


def text(content: bytes) -> str:
    """Return all that a mail says, its parts decoded."""
    return "".join(str(part.get_content()) for part in read(content).walk() if part.get_content_maintype() == "text")


@pytest.mark.parametrize("path", ASKING)
def test_mail_that_is_asked_for_under_another_hosts_name_leads_to_us(target: Target, path: str) -> None:
    with target.database.write() as session:
        add_member(session, email="member@example.org", organisation_id=target.own, role=Role.AUTHOR, now=NOW)
    browser = target.nobody()
    token = csrf_token(browser.get(path, headers=EVIL).text)
    answer = browser.post(path, data=ASKING[path] | {"csrf_token": token}, headers=EVIL)
    assert (answer.status_code, "evil.example.com" in answer.text) == (200, False)
    (mail,) = mails(target)
    assert set(re.findall(r"https?://[^/\s\"<>]+", text(mail))) == {"http://localhost:8000"}
    assert b"evil.example.com" not in mail


def test_a_headline_with_line_ends_adds_no_header_to_a_mail(target: Target) -> None:
    with target.database.write() as session:
        session.get_one(Organisation, target.own).name = LINE
        a_subscriber(session)
        publish(session, target.own, EntryContent(LINE))
    (mail,) = mails(target, minutes=60)
    names = {name.lower() for name in read(mail)}
    assert names <= HEADERS
    assert "Carers" in str(read(mail)["Subject"])


@pytest.mark.parametrize("address", ["a@example.org\r\nBcc: b@example.com", "a@example.org,b@example.com"])
@pytest.mark.parametrize("path", ASKING)
def test_an_address_with_line_ends_or_two_in_one_is_refused(target: Target, path: str, address: str) -> None:
    browser = target.nobody()
    token = csrf_token(browser.get(path).text)
    answer = browser.post(path, data=ASKING[path] | {"csrf_token": token, "email": address})
    assert (answer.status_code, mails(target)) == (400, [])


@pytest.mark.parametrize(
    "name", ["a\r\nSet-Cookie: x=1.txt", 'a"; filename="b.html.txt', "a\u2028b\x00.txt", "ä/../b.txt"]
)
def test_an_uploaded_files_name_cannot_make_a_header(name: str) -> None:
    kept = check_file(name, b"words").name
    assert [sign for sign in '\r\n\0";/\\' if sign in kept] == []
    with pytest.raises(FileRefused):
        check_file(f"{name}.html", b"<html>")
