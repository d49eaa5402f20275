"""What an organisation is called and known by, what it is part of, and where to find it: read, changed, shown."""

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.errors import InvalidContent
from kil_pipeline.events.log import record
from kil_pipeline.events.types import OrganisationChanged
from kil_pipeline.organisations.identifiers import REGISTERS, Identifier
from kil_pipeline.organisations.organisations import (
    Organisation,
    OrganisationIdentifier,
    OrganisationName,
    PublicOrganisation,
    current_organisation,
    learn_spelling,
    normalise_name,
)
from kil_pipeline.text import clean_line

MOST = 50
"""How many other names, and how many identifiers, an organisation may have."""
_WEBSITE = re.compile(r"https?://[^\s/@:?#]+\.[^\s/@:?#]+([/?#]\S*)?", re.IGNORECASE)
_ORDER = {register.code: place for place, register in enumerate(REGISTERS)}


@dataclass(frozen=True)
class Particulars:
    """What is known of an organisation besides its name and kind. All of it is public."""

    names: tuple[str, ...] = ()
    """Other names and spellings, as written."""
    identifiers: tuple[Identifier, ...] = ()
    parent: PublicOrganisation | None = None
    website: str = ""
    contact: str = ""
    promise: str = ""
    """What a commissioner promises readers of its plan; paragraphs."""


class Taken(InvalidContent):
    """A name or an identifier that another organisation has. `field`: which of the two."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def particulars_of(session: Session, organisation_id: uuid.UUID) -> Particulars:
    """Return what is known of an organisation."""
    row = session.get_one(Organisation, organisation_id)
    chosen = sa.select(OrganisationName).where(OrganisationName.organisation_id == organisation_id)
    own = normalise_name(row.name)
    names = {name.spelled or name.normalised for name in session.scalars(chosen) if name.normalised != own}
    return Particulars(
        names=tuple(sorted(names, key=str.casefold)),
        identifiers=identifiers_of(session, [organisation_id]).get(organisation_id, ()),
        parent=PublicOrganisation.of(current_organisation(session, row.parent_id)) if row.parent_id else None,
        website=row.website or "",
        contact=row.contact or "",
        promise=row.promise,
    )


def identifiers_of(
    session: Session, organisation_ids: Sequence[uuid.UUID]
) -> Mapping[uuid.UUID, tuple[Identifier, ...]]:
    """Return the identifiers of several organisations, those of the best known registers first."""
    rows = session.scalars(
        sa.select(OrganisationIdentifier).where(OrganisationIdentifier.organisation_id.in_(organisation_ids))
    )
    found: dict[uuid.UUID, list[Identifier]] = {}
    for row in rows:
        found.setdefault(row.organisation_id, []).append((row.scheme, row.value))
    return {
        key: tuple(sorted(pairs, key=lambda pair: (_ORDER.get(pair[0], len(_ORDER)), pair)))
        for key, pairs in found.items()
    }


def parts_of(session: Session, organisation_id: uuid.UUID, *, limit: int = 50) -> tuple[PublicOrganisation, ...]:
    """Return the organisations that are part of one, by name, at most `limit`."""
    rows = session.scalars(
        sa.select(Organisation)
        .where(Organisation.parent_id == organisation_id, Organisation.successor_id.is_(None))
        .order_by(Organisation.name)
        .limit(limit)
    )
    return tuple(PublicOrganisation.of(row) for row in rows)


def save_particulars(session: Session, organisation_id: uuid.UUID, said: Particulars, now: datetime) -> None:
    """Store what is known of an organisation, in place of what was.

    Its own name always leads to it. Raises `Taken`, and `InvalidContent` where it would be part of itself.
    """
    row = session.get_one(Organisation, organisation_id, with_for_update=True)
    before = particulars_of(session, organisation_id)
    for parent_id in _line_of(session, said.parent.id if said.parent else None):
        if parent_id == organisation_id:
            raise InvalidContent("An organisation cannot be part of itself, nor of what is part of it.")
    _check_free(session, organisation_id, said)
    row.parent_id = said.parent.id if said.parent else None
    row.website, row.contact, row.promise = said.website or None, said.contact or None, said.promise
    _set_names(session, row, said.names)
    kept = OrganisationIdentifier.organisation_id == organisation_id
    session.execute(sa.delete(OrganisationIdentifier).where(kept))
    session.expire(row)
    learn_spelling(session, row, name=row.name, identifiers=said.identifiers)
    if particulars_of(session, organisation_id) != before:
        record(session, OrganisationChanged(organisation_id=str(organisation_id)), now)


def read_website(text: str) -> str:
    """Return an address on the web, https where nothing else is said. Raises `InvalidContent`."""
    address = clean_line(text)
    if address and "://" not in address:
        address = f"https://{address}"
    if address and (len(address) > 300 or not _WEBSITE.fullmatch(address)):
        raise InvalidContent("Write the address of a website, such as https://example.org, or leave it empty.")
    return address


def _set_names(session: Session, row: Organisation, names: Iterable[str]) -> None:
    wanted = {normalise_name(name) for name in (row.name, *names)}
    mine = session.scalars(sa.select(OrganisationName).where(OrganisationName.organisation_id == row.id)).all()
    for known in mine:
        if known.normalised not in wanted:
            session.delete(known)
    session.flush()
    for name in names:
        learn_spelling(session, row, name=name, identifiers=())


def _check_free(session: Session, organisation_id: uuid.UUID, said: Particulars) -> None:
    for name in said.names:
        spelling = session.get(OrganisationName, normalise_name(name))
        if spelling is not None and spelling.organisation_id != organisation_id:
            owner = session.get_one(Organisation, spelling.organisation_id).name
            raise Taken("names", f"“{clean_line(name)[:60]}” is a name of {owner} here.")
    for identifier in said.identifiers:
        known = session.get(OrganisationIdentifier, identifier)
        if known is not None and known.organisation_id != organisation_id:
            owner = session.get_one(Organisation, known.organisation_id).name
            raise Taken("identifiers", f"{'-'.join(identifier)} is the number of {owner} here.")


def _line_of(session: Session, organisation_id: uuid.UUID | None) -> Iterator[uuid.UUID]:
    """Yield an organisation, what it is part of, and so on; where it goes in a circle, once."""
    seen: set[uuid.UUID] = set()
    while organisation_id is not None and organisation_id not in seen:
        seen.add(organisation_id)
        yield organisation_id
        organisation_id = session.get_one(Organisation, organisation_id).parent_id
