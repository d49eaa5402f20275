"""Guessing or knowing an identifier of another organisation's (IDOR): by address, by form field, by token.

That no address opens another organisation's draft, session, sheet or notice is in `tests/web/test_access.py`; here the
identifiers are real ones.
"""

import io
import uuid
from datetime import timedelta

import sqlalchemy as sa
from flask.testing import FlaskClient

from kil_pipeline.engagement.files import FileRow
from kil_pipeline.engagement.hosting import invite_host
from kil_pipeline.engagement.hosts import find_invitation
from kil_pipeline.organisations.api_tokens import Scope, api_tokens, make_api_token
from kil_pipeline.organisations.browser_sessions import own_sessions
from kil_pipeline.organisations.invitations import invite, open_invitations
from kil_pipeline.organisations.members import Role, add_member
from kil_pipeline.organisations.organisations import Organisation, OrganisationKind
from kil_pipeline.organisations.people import colleagues
from kil_pipeline.plan.drafts import find_draft
from kil_pipeline.support.help_requests import HelpAnswer, HelpRequest
from tests.attacks.conftest import SECRET, Target
from tests.attacks.routes import gets, posts
from tests.engagement.held import a_held_session
from tests.engagement.sessions import HOST, a_planned_session
from tests.factories import NOW
from tests.web.test_access import GUARDED
from tests.web.visitors import csrf_token, send

DRAFT = "EXC-0002"


def test_no_page_export_or_preview_of_a_stranger_shows_what_is_private(target: Target) -> None:
    stranger, told = target.stranger(), {}
    for rule in gets(target.app):
        names = {name for name in rule.arguments if name == "reference"}
        if names != rule.arguments:
            continue
        answer = stranger.get(rule.rule.replace("<reference>", DRAFT))
        told[rule.endpoint] = [word for word in ("A draft", SECRET, "450,123") if word.encode() in answer.data]
        answer.close()
    assert told == {name: [] for name in told}
    assert len(told) > 20


def test_no_form_of_a_stranger_changes_a_draft(target: Target) -> None:
    stranger = target.stranger()
    token = csrf_token(stranger.get("/alerts/new").text)
    answers = {}
    for rule in posts(target.app, *GUARDED):
        if rule.arguments == {"reference"} and "/entries/" in rule.rule:
            given = {"version": "1", "headline": "Taken", "csrf_token": token, "do": "remove", "other": "OTH-0001"}
            answers[rule.endpoint] = stranger.post(rule.rule.replace("<reference>", DRAFT), data=given).status_code
    assert answers == dict.fromkeys(answers, 404)
    assert len(answers) >= 8
    with target.database.read() as session:
        draft = find_draft(session, target.own, DRAFT)
    assert (draft.content.headline, draft.version, draft.published) == ("A draft", 1, False)


def test_a_token_reaches_its_own_organisation_alone(target: Target) -> None:
    with target.database.write() as session:
        member = add_member(session, email="x@example.org", organisation_id=target.other, role=Role.ADMIN, now=NOW)
        token, _ = make_api_token(
            session, organisation_id=target.other, made_by=member.user_id, name="x", scopes=list(Scope),
            lives=timedelta(days=30), now=NOW,
        )  # fmt: skip
    head, path = {"Authorization": f"Bearer {token}", "If-Match": '"1"'}, f"/api/v1/drafts/{DRAFT}"
    program = target.nobody()
    answers = (
        program.get(path, headers=head),
        program.patch(path, headers=head, json={"answers": {"headline": "Taken"}}),
        program.post(f"{path}/publication", headers=head, json={}),
    )
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert [word for answer in answers for word in ("A draft", SECRET) if word in answer.text] == []


def test_another_organisations_people_tokens_and_invitations_are_not_there(target: Target) -> None:
    with target.database.write() as session:
        admin = add_member(session, email="boss@example.org", organisation_id=target.own, role=Role.ADMIN, now=NOW)
        victim = add_member(session, email="v@example.org", organisation_id=target.own, role=Role.AUTHOR, now=NOW)
        _, made = make_api_token(
            session, organisation_id=target.own, made_by=admin.user_id, name="x", scopes=[Scope.WRITE],
            lives=timedelta(days=30), now=NOW,
        )  # fmt: skip
        asked = invite(session, organisation_id=target.own, email="new@example.org", role=Role.AUTHOR, now=NOW)
    owner, stranger = target.owner(), target.stranger()
    assert owner.get(f"/workspace/people/{victim.user_id}").status_code == 200
    forms: tuple[tuple[str, dict[str, str]], ...] = (
        (f"/workspace/tokens/{made.id}/revoke", {}),
        (f"/workspace/people/invitations/{asked.id}/withdraw", {}),
        (f"/workspace/people/{victim.user_id}/role", {"role": "viewer"}),
        (f"/workspace/people/{victim.user_id}/remove", {}),
        (f"/workspace/people/{victim.user_id}/sign-out", {}),
    )
    known = {rule.rule.split("<")[0] for rule in posts(target.app)}
    assert {path for path, _ in forms if not any(path.startswith(start) for start in known)} == set()
    assert [send(stranger, path, form).status_code for path, form in forms] == [404] * 5
    assert stranger.get(f"/workspace/people/{victim.user_id}").status_code == 404
    with target.database.read() as session:
        assert [token.id for token in api_tokens(session, target.own, NOW)] == [made.id]
        assert [one.id for one in open_invitations(session, target.own, NOW)] == [asked.id]
        assert {one.user_id: one.role for one in colleagues(session, target.own)}[victim.user_id] is Role.AUTHOR


def test_another_persons_session_cannot_be_ended(target: Target) -> None:
    owner, stranger = target.owner(), target.stranger()
    with target.database.read() as session:
        (theirs,) = [
            one.id
            for colleague in colleagues(session, target.own)
            for one in own_sessions(session, colleague.user_id, NOW)
        ]
    assert send(stranger, f"/workspace/account/sessions/{theirs}/end").status_code == 404
    assert owner.get("/workspace").status_code == 200


def test_a_form_field_names_no_thing_of_another_session_or_organisation(target: Target) -> None:
    with target.database.write() as session:
        session.get_one(Organisation, target.other).kind = OrganisationKind.INFRASTRUCTURE_BODY.value
        theirs = a_planned_session(session, target.own)
        host = invite_host(session, theirs.session_id, HOST, now=NOW)
        mine = a_planned_session(session, target.other)
        held = a_held_session(session, target.own)
        a_held_session(session, target.other)
        asked = HelpRequest(
            id=uuid.uuid4(), organisation_id=target.own, reference="", kinds=[], need="A room", name="Ann",
            email="ann@example.org", show_address=False, asked_at=NOW, confirmed_at=NOW, closed_at=None,
        )  # fmt: skip
        session.add(asked)
        help_id = asked.id
    owner, stranger = target.owner(), target.stranger()
    add_file(owner, "/workspace/sessions/EXC-S0004/files")
    with target.database.read() as session:
        (file_id,) = session.scalars(sa.select(FileRow.id).where(FileRow.session_id == held))
    send(stranger, f"/workspace/sessions/{mine.reference}/hosts/take-back", {"host": str(host.id)})
    send(stranger, "/workspace/sessions/OTH-S0002/files", {"do": "remove", "file": str(file_id)})
    given = {"request": str(help_id), "answer": "x"}
    answers = [send(stranger, f"/workspace/help/{do}", given) for do in ("answer", "close")]
    assert [answer.status_code for answer in answers] == [404, 404]
    with target.database.read() as session:
        assert find_invitation(session, host.id).state.value == "invited"
        assert session.scalars(sa.select(FileRow.id)).all() == [file_id]
        assert session.get_one(HelpRequest, help_id).closed_at is None
        assert session.query(HelpAnswer).count() == 0


def add_file(browser: FlaskClient, path: str) -> None:
    """Add a file to a session."""
    token = csrf_token(browser.get(path).text)
    file = (io.BytesIO(b"Words"), "notes.txt")
    answer = browser.post(path, data={"file": file, "belongs": "session", "csrf_token": token})
    assert answer.status_code == 302
