"""The navigation of the workspace: on each of its pages, by kind of organisation and by role."""

from dataclasses import dataclass

from flask import g, render_template, request, session

from kil_pipeline.organisations.members import Role
from web.commissioner import blueprint
from web.commissioner.access import KEY, acts_for_body, member, needs, person

ORGANISATION = "/workspace/organisation"


@dataclass(frozen=True)
class Place:
    """One part of the workspace."""

    text: str
    href: str
    role: Role | None = Role.VIEWER
    """Who may go there; nothing for whoever is signed in."""
    holds: tuple[str, ...] = ()
    """Other addresses that belong to it."""


PLAN = Place("Your plan", "/workspace", holds=("/workspace/entries", "/workspace/import", "/workspace/notices"))
PATCH = Place("Your patch", "/workspace")
APPROVALS = Place("Approvals", "/workspace/approvals")
ANSWERS = Place("Answers", "/workspace/answers", Role.AUTHOR)
HELP = Place("Requests for help", "/workspace/help")
OFFER = Place("What you offer", "/workspace/support", Role.AUTHOR)
BULLETIN = Place("Bulletin", "/workspace/bulletin", Role.AUTHOR)
SESSIONS = Place("Sessions", "/workspace/sessions")
COMING = Place("Who is coming", "/workspace/coming", Role.ENGAGEMENT_LEAD)
RECORDS = Place("Records", "/workspace/records")
OWN = Place(
    "Organisation",
    ORGANISATION,
    Role.ADMIN,
    ("/workspace/people", "/workspace/settings", "/workspace/tokens", "/workspace/audit"),
)
ACCOUNT = Place("Your account", "/workspace/account", None, ("/workspace/prove",))
SITE = Place("This site", "/workspace/operator", None)
OF_COMMISSIONERS = (PLAN, APPROVALS, ANSWERS, SESSIONS, COMING, RECORDS, OWN)
OF_BODIES = (PATCH, BULLETIN, HELP, OFFER, SESSIONS, COMING, RECORDS, OWN)


@blueprint.context_processor
def workspace_names() -> dict[str, object]:
    """Give the workspace's pages their navigation, and the name of the first page."""
    return {"workspace_places": workspace_places, "workspace_home": workspace_home}


@blueprint.app_context_processor
def ways_in() -> dict[str, object]:
    """Give every page of the site the means to tell whether somebody is signed in."""
    return {"signed_in": signed_in}


def signed_in() -> bool:
    """Tell whether this browser is signed in, by its cookie; where the workspace asked the database, by that too.

    A public page asks nothing more. Where its session has ended meanwhile, its link leads to signing in.
    """
    return KEY in session and g.get("person", session[KEY]) is not None


def workspace_home() -> str:
    """Return what the first page is called."""
    if person().member is None:
        return SITE.text
    return PATCH.text if acts_for_body() else PLAN.text


def workspace_places() -> list[dict[str, object]]:
    """Return the navigation, as the GOV.UK component takes it; empty for whoever is not signed in.

    Pages that a link from a mail opens have none: they are the same for everybody who holds the link.
    """
    if g.get("person") is None or not request.path.startswith("/workspace"):
        return []
    here = _active(request.path)
    return [
        {"text": place.text, "href": place.href, "current": place.href == request.path, "active": place.href == here}
        for place in _reachable()
    ]


def _reachable() -> list[Place]:
    acting = person().member
    site = [SITE] if person().operator else []
    if acting is None:
        return [*site, ACCOUNT]
    places = OF_BODIES if acts_for_body() else OF_COMMISSIONERS
    return [*(place for place in places if place.role is None or acting.may(place.role)), *site, ACCOUNT]


def _active(path: str) -> str:
    """Return the address of the part that a page belongs to. A session's record and files belong to the records."""
    if path.startswith("/workspace/sessions/") and ("/record" in path or path.endswith("/files")):
        return RECORDS.href
    every = {*OF_COMMISSIONERS, *OF_BODIES, ACCOUNT, SITE}
    starts = {start: place.href for place in every for start in (place.href, *place.holds)}
    return starts[max((start for start in starts if path == start or path.startswith(start + "/")), key=len)]


@blueprint.get(ORGANISATION)
@needs(Role.ADMIN)
def organisation() -> str:
    """Show what an admin looks after."""
    return render_template("commissioner/organisation.html", member=member(), of_body=acts_for_body())
