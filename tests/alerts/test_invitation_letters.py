"""The mail that invites to a workspace says who asks, to what, and as what."""

import pytest

from kil_pipeline.alerts.invitation_letters import write_invitation
from kil_pipeline.alerts.letters import NoticeLetter
from kil_pipeline.alerts.links import Signer
from kil_pipeline.alerts.notices import NoticeContext
from kil_pipeline.database import Database
from kil_pipeline.organisations.invitations import invite
from kil_pipeline.organisations.members import Role, add_member
from kil_pipeline.organisations.organisations import OrganisationKind, add_organisation
from tests.factories import NOW

COUNCIL, BODY = OrganisationKind.COMMISSIONER, OrganisationKind.INFRASTRUCTURE_BODY


def letter_of(database: Database, kind: OrganisationKind, *, says_who: bool = True) -> NoticeLetter:
    """Let Ann of an organisation invite an author; write the mail."""
    with database.write() as session:
        own = add_organisation(session, name="Example Hub", kind=kind, now=NOW).id
        ann = add_member(session, email="ann@example.org", organisation_id=own, role=Role.ADMIN, now=NOW)
        invited = invite(session, organisation_id=own, email="dee@example.org", role=Role.AUTHOR, now=NOW)
        about = {"invitation": str(invited.id)} | ({"by": str(ann.user_id)} if says_who else {})
        context = NoticeContext(Signer(("k" * 32,)), lambda: "token", NOW)
        letter = write_invitation(session, about, context)
    assert letter is not None
    return letter


@pytest.mark.parametrize(
    ("kind", "subject", "work", "role"),
    [
        (
            COUNCIL,
            "Example Hub invites you to work on its plan",
            (
                "There it writes what it expects to fund or buy,"
                " for charities and community groups to hear of months before."
            ),
            "Author: writes planned opportunities and sessions",
        ),
        (
            BODY,
            "Example Hub invites you to work on its patch",
            "There it sees what is planned in its patch, writes its bulletin and answers requests for help.",
            "Author: answers requests for help, writes the bulletin and sessions, says what you offer",
        ),
    ],
)
def test_it_says_who_asks_to_what_and_as_what(
    database: Database, kind: OrganisationKind, subject: str, work: str, role: str
) -> None:
    letter = letter_of(database, kind)
    assert letter.subject == subject
    assert letter.paragraphs == (f"ann@example.org asks you to join the workspace of Example Hub on this site. {work}",)
    assert letter.facts == (("Your role", role),)


def test_one_that_was_queued_by_an_earlier_version_names_nobody(database: Database) -> None:
    letter = letter_of(database, COUNCIL, says_who=False)
    assert letter.paragraphs[0].startswith("An admin asks you to join the workspace of Example Hub on this site. ")
