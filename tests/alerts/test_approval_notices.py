"""Mails about approval: to all who may approve but the author; to the author what became of it."""

import uuid
from datetime import timedelta

from sqlalchemy.orm import Session

from kil_pipeline.alerts.approval_notices import tell_approvers, tell_author
from kil_pipeline.alerts.letters import NoticeLetter
from kil_pipeline.database import Database
from kil_pipeline.organisations.members import Role, add_member
from kil_pipeline.plan.contents import Author
from kil_pipeline.plan.drafts import create_entry
from kil_pipeline.plan.publishing_rules import PublishingRules, choose_rules
from kil_pipeline.plan.submission_decisions import approve, send_back
from kil_pipeline.plan.submissions import Submitted, request_publication, submission_of
from tests.alerts.sinks import Post
from tests.factories import NOW, a_commissioner, some_content


def join(session: Session, council: uuid.UUID, name: str, role: Role) -> Author:
    email = f"{name}@example.org"
    return Author(add_member(session, email=email, organisation_id=council, role=role, now=NOW).user_id)


def submitted_by(session: Session, council: uuid.UUID, author: Author) -> Submitted:
    choose_rules(session, council, PublishingRules(four_eyes=True))
    draft = create_entry(session, council, some_content("Beds"), withheld={"value": "£777,000"}, now=NOW)
    request_publication(session, draft.entry_id, by=author, now=NOW)
    submitted = submission_of(session, draft.entry_id)
    assert submitted is not None
    return submitted


def letters(post: Post) -> list[tuple[str, str]]:
    """Return each notice that was sent: its address and its subject."""
    post.tick(NOW + timedelta(minutes=1))
    notices = [letter for letter in post.letters if isinstance(letter, NoticeLetter)]
    return [(out.to, letter.subject) for out, letter in zip(post.sent, notices, strict=True)]


def test_everybody_who_may_approve_hears_of_it_but_the_author(database: Database) -> None:
    post = Post(database)
    with database.write() as session:
        council = a_commissioner(session, prefix="EXC").id
        author = join(session, council, "approving-author", Role.APPROVER)
        for name, role in (("admin", Role.ADMIN), ("approver", Role.APPROVER), ("other", Role.AUTHOR)):
            join(session, council, name, role)
        submitted_by(session, council, author)
        assert tell_approvers(session, council, author.user_id, NOW) == 2
    assert sorted(letters(post)) == [
        ("admin@example.org", "To approve: Beds"),
        ("approver@example.org", "To approve: Beds"),
    ]
    assert "777" not in repr(post.letters)


def test_nobody_hears_of_what_was_approved_meanwhile(database: Database) -> None:
    post = Post(database)
    with database.write() as session:
        council = a_commissioner(session, prefix="EXC").id
        author, approver = (join(session, council, r, r) for r in (Role.AUTHOR, Role.APPROVER))
        submitted = submitted_by(session, council, author)
        tell_approvers(session, council, author.user_id, NOW)
        approve(session, submitted.id, by=approver, now=NOW)
        tell_author(session, submitted, council, NOW)
    assert letters(post) == [("author@example.org", "Published: Beds")]
    (letter,) = post.letters
    assert isinstance(letter, NoticeLetter)
    assert letter.paragraphs == ("A colleague approved “Beds” (EXC-0001). Everybody can see it now.",)
    assert letter.buttons == (("See the public page", "/entries/EXC-0001"),)


def test_the_author_reads_why_it_was_sent_back(database: Database) -> None:
    post = Post(database)
    with database.write() as session:
        council = a_commissioner(session, prefix="EXC").id
        author, approver = (join(session, council, r, r) for r in (Role.AUTHOR, Role.APPROVER))
        submitted = submitted_by(session, council, author)
        send_back(session, submitted.id, "Name the board.", by=approver)
        tell_author(session, submitted, council, NOW)
    assert letters(post) == [("author@example.org", "Sent back: Beds")]
    (letter,) = post.letters
    assert isinstance(letter, NoticeLetter)
    assert letter.paragraphs == (
        "A colleague looked at “Beds” (EXC-0001), and did not publish it yet.",
        "Name the board.",
    )


def test_what_an_import_submitted_has_no_author_to_tell(database: Database) -> None:
    post = Post(database)
    with database.write() as session:
        council = a_commissioner(session).id
        tell_author(session, submitted_by(session, council, Author()), council, NOW)
    assert letters(post) == []
