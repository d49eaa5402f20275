"""The plan: its entries and their publications, its commissioners, their sessions."""

from dataclasses import dataclass
from typing import Any

from kil_pipeline.engagement.programme import public_session, public_sessions_after
from kil_pipeline.engagement.public_records import PublicRecord, public_record
from kil_pipeline.engagement.sessions import PublicSession
from kil_pipeline.organisations.organisations import (
    OrganisationKind,
    PublicOrganisation,
    public_organisations,
)
from kil_pipeline.organisations.particulars import identifiers_of
from kil_pipeline.organisations.successions import Ended, ended_bodies
from kil_pipeline.plan.queries import public_entries_after, public_entry, public_revisions
from kil_pipeline.support.public_answers import AnsweredEntry, with_answers
from web.api import answers
from web.api.parameters import (
    ENTRY_LIST,
    NUMBERS,
    PAGE,
    REFERENCES,
    SESSION_LIST,
    ListQuery,
    describe,
    next_address,
    read_list_query,
)
from web.api.schemas import CommissionersSchema, EntriesSchema, RevisionsSchema
from web.api.session_schemas import SessionsSchema, SessionWithRecordSchema
from web.context import database
from web.public.schemas import PublicEntrySchema


@dataclass(frozen=True)
class SessionWithRecord(PublicSession):
    """A session and its final record, if there is one."""

    record: PublicRecord | None = None


@dataclass(frozen=True)
class ListedCommissioner(PublicOrganisation):
    """A commissioner, with its numbers in registers and the bodies that became it."""

    identifiers: tuple[dict[str, str], ...] = ()
    former_bodies: tuple[Ended, ...] = ()


@answers("/entries", EntriesSchema, parameters=describe(ENTRY_LIST), errors=(400,))
def list_entries() -> Any:
    """Planned opportunities.

    By reference, each once, whatever is published meanwhile. To keep a copy up to date, ask from time to time with
    `updated_since`, as the moment at which you last began to ask.
    """
    query = read_list_query(ENTRY_LIST, REFERENCES)
    with database().read() as session:
        entries = public_entries_after(session, query.criteria, query.after, since=query.since, limit=query.limit + 1)
        found = with_answers(session, entries)
    return _page("/entries", "entries", found, query)


@answers("/entries/<reference>", PublicEntrySchema, errors=(404,))
def show_entry(reference: str) -> AnsweredEntry:
    """One planned opportunity."""
    with database().read() as session:
        (found,) = with_answers(session, [public_entry(session, reference)])
    return found


@answers("/entries/<reference>/revisions", RevisionsSchema, parameters=describe(PAGE), errors=(400, 404))
def list_revisions(reference: str) -> Any:
    """The publications of a planned opportunity.

    Newest first: what changed, why, and what it said then.
    """
    query = read_list_query(PAGE, NUMBERS)
    with database().read() as session:
        revisions = public_revisions(session, public_entry(session, reference).id)
    rest = [revision for revision in revisions if not query.after or revision.number < int(query.after)]
    shown, more = rest[: query.limit], len(rest) > query.limit
    path = f"/entries/{reference}/revisions"
    return {"revisions": shown, "next": next_address(path, str(shown[-1].number)) if more else None}


@answers("/commissioners", CommissionersSchema)
def list_commissioners() -> Any:
    """Commissioners."""
    with database().read() as session:
        everyone = public_organisations(session, OrganisationKind.COMMISSIONER)
        numbers = identifiers_of(session, [organisation.id for organisation in everyone])
        ended = ended_bodies(session, tuple(slug for organisation in everyone for slug in organisation.predecessors))
    return {
        "commissioners": [
            ListedCommissioner(
                **vars(organisation),
                identifiers=tuple({"scheme": s, "id": number} for s, number in numbers.get(organisation.id, ())),
                former_bodies=tuple(body for body in ended if body.slug in organisation.predecessors),
            )
            for organisation in everyone
        ]
    }


@answers("/sessions", SessionsSchema, parameters=describe(SESSION_LIST), errors=(400,))
def list_sessions() -> Any:
    """Engagement sessions.

    By reference: those to come and those that were.
    """
    query = read_list_query(SESSION_LIST, REFERENCES)
    with database().read() as session:
        found = public_sessions_after(session, query.criteria, query.after, since=query.since, limit=query.limit + 1)
    return _page("/sessions", "sessions", found, query)


@answers("/sessions/<reference>", SessionWithRecordSchema, errors=(404,))
def show_session(reference: str) -> SessionWithRecord:
    """One engagement session.

    With its record, once that is final: what was said, and what came of each point.
    """
    with database().read() as session:
        found = public_session(session, reference)
        return SessionWithRecord(**vars(found), record=public_record(session, found.id))


def _page(
    path: str, name: str, found: tuple[AnsweredEntry, ...] | tuple[PublicSession, ...], query: ListQuery
) -> dict[str, Any]:
    """Return one page. `found`: what is on it, and one more where another page follows."""
    shown = found[: query.limit]
    following = next_address(path, shown[-1].reference) if len(found) > query.limit else None
    return {name: shown, "next": following}
