"""What an organisation is called, known by and part of: by its admin, and by those who run the installation."""

import uuid
from dataclasses import dataclass

from flask import flash, redirect, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from kil_pipeline.errors import InvalidContent, NotFound
from kil_pipeline.organisations.audit import note_deed
from kil_pipeline.organisations.identifiers import REGISTERS, Identifier, parse_identifier
from kil_pipeline.organisations.members import Role
from kil_pipeline.organisations.organisations import (
    Organisation,
    OrganisationKind,
    PublicOrganisation,
    find_organisation,
    normalise_name,
    recognise_organisation,
)
from kil_pipeline.organisations.particulars import (
    MOST,
    Particulars,
    Taken,
    particulars_of,
    read_website,
    save_particulars,
)
from kil_pipeline.plan.entries import Entry
from kil_pipeline.reference.areas import area, find_area, similar_area
from kil_pipeline.support.patches import patch_of, set_patch
from kil_pipeline.text import clean_line, clean_text, drop_unwritable, shorten
from web.commissioner import blueprint
from web.commissioner.access import member, needs, needs_person, person
from web.commissioner.operator_views import second_factor_wanted
from web.commissioner.proofs import proof_wanted
from web.context import database, now

OWN = "/workspace/organisation/details"
KINDS = {
    OrganisationKind.COMMISSIONER: "Commissioner",
    OrganisationKind.INFRASTRUCTURE_BODY: "Local support organisation",
    OrganisationKind.VCSE: "VCSE organisation",
}
FIELDS = ("names", "identifiers", "areas", "parent", "website", "contact", "promise", "kind")
MOST_PROMISED = 1_000
"""How many characters a promise may have."""
Problems = dict[str, str]


@dataclass(frozen=True)
class _Read:
    particulars: Particulars
    areas: tuple[str, ...]


@blueprint.get(OWN)
@needs(Role.ADMIN)
def show_details() -> str:
    """Show what is known of the organisation that one acts for."""
    return _page(member().organisation_id, OWN)


@blueprint.post(OWN)
@needs(Role.ADMIN)
def save_details() -> str | tuple[str, int] | Response:
    """Store it. Everyone sees it."""
    return _save(member().organisation_id, OWN)


@blueprint.get("/workspace/operator/organisations/<slug>/details")
@needs_person
def show_others_details(slug: str) -> str | Response:
    """Show an operator what is known of an organisation."""
    return second_factor_wanted() or _page(_id_of(slug), request.path, operating=True)


@blueprint.post("/workspace/operator/organisations/<slug>/details")
@needs_person
def save_others_details(slug: str) -> str | tuple[str, int] | Response:
    """Store it, and the organisation's kind."""
    return second_factor_wanted() or proof_wanted() or _save(_id_of(slug), request.path, operating=True)


def _id_of(slug: str) -> uuid.UUID:
    with database().read() as db:
        row = find_organisation(db, slug)
        if row.slug != slug or row.successor_id is not None:
            raise NotFound("There is no such organisation here.")
        return row.id


def _save(organisation_id: uuid.UUID, address: str, *, operating: bool = False) -> str | tuple[str, int] | Response:
    raw, problems = {name: drop_unwritable(request.form.get(name, "")) for name in FIELDS}, Problems()
    with database().write() as db:
        read = _read(db, raw, problems)
        if operating:
            _set_kind(db, organisation_id, raw["kind"], problems)
        if not problems:
            try:
                save_particulars(db, organisation_id, read.particulars, now())
            except Taken as error:
                problems[error.field] = str(error)
            except InvalidContent as error:
                problems["parent"] = str(error)
        if problems:
            db.rollback()
        else:
            set_patch(db, organisation_id, read.areas)
            who = person()
            note_deed(db, "change_details", user_id=who.user_id, organisation_id=organisation_id, now=now())
    if problems:
        return _page(organisation_id, address, raw, problems, operating=operating), 400
    flash("Saved. Everyone can see it.")
    return redirect(address)


def _read(db: Session, raw: dict[str, str], problems: Problems) -> _Read:
    names = _lines(raw["names"])
    if any(len(name) > 300 or not normalise_name(name) for name in names):
        problems["names"] = "Each name needs a word, and has at most 300 characters."
    elif len(names) > MOST:
        problems["names"] = f"Write at most {MOST} names."
    website = contact = ""
    try:
        website = read_website(raw["website"])
    except InvalidContent as error:
        problems["website"] = str(error)
    contact = clean_line(raw["contact"])
    if len(contact) > 300:
        problems["contact"] = f"That has {len(contact)} characters. Use at most 300."
    promise = clean_text(raw["promise"])
    if len(promise) > MOST_PROMISED:
        problems["promise"] = f"Your promise has {len(promise):,} characters. Use at most {MOST_PROMISED:,}."
    parent = _parent(db, raw["parent"], problems)
    identifiers = _identifiers(raw["identifiers"], problems)
    return _Read(Particulars(names, identifiers, parent, website, contact, promise), _areas(raw["areas"], problems))


def _identifiers(text: str, problems: Problems) -> tuple[Identifier, ...]:
    found: dict[Identifier, None] = {}
    for line in _lines(text)[:MOST]:
        try:
            found[parse_identifier(line)] = None
        except InvalidContent as error:
            problems.setdefault("identifiers", str(error))
    return tuple(found)


def _areas(text: str, problems: Problems) -> tuple[str, ...]:
    found = []
    for line in _lines(text)[:MOST]:
        known = find_area(line)
        if known is None:
            problems.setdefault("areas", f"We know no area “{shorten(line, 60)}”. {similar_area(line)}".strip())
        else:
            found.append(known.code)
    return tuple(dict.fromkeys(found))


def _parent(db: Session, text: str, problems: Problems) -> PublicOrganisation | None:
    name = clean_line(text)[:300]
    known = recognise_organisation(db, name=name) if name else None
    if name and known is None:
        problems["parent"] = f"We know no organisation “{shorten(name, 60)}”. Write its full name, or leave it empty."
    return PublicOrganisation.of(known) if known else None


def _set_kind(db: Session, organisation_id: uuid.UUID, text: str, problems: Problems) -> None:
    row = db.get_one(Organisation, organisation_id, with_for_update=True)
    kind = next((kind for kind in KINDS if kind.value == text), OrganisationKind(row.kind))
    if kind.value != row.kind and db.query(Entry.id).where(Entry.organisation_id == row.id).first():
        problems["kind"] = "It has planned opportunities: it stays a commissioner."
        return
    row.kind = kind.value


def _lines(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line for line in (clean_line(part) for part in text.splitlines()) if line))


def _page(
    organisation_id: uuid.UUID,
    address: str,
    raw: dict[str, str] | None = None,
    problems: Problems | None = None,
    *,
    operating: bool = False,
) -> str:
    with database().read() as db:
        row = db.get_one(Organisation, organisation_id)
        name, slug, kind = row.name, row.slug, row.kind
        known = particulars_of(db, organisation_id)
        areas = patch_of(db, organisation_id)
    stored = {
        "names": "\n".join(known.names),
        "identifiers": "\n".join("-".join(pair) for pair in known.identifiers),
        "areas": "\n".join(area(code).name for code in areas),
        "parent": known.parent.name if known.parent else "",
        "website": known.website,
        "contact": known.contact,
        "promise": known.promise,
        "kind": kind,
    }
    return render_template(
        "commissioner/details.html",
        name=name,
        slug=slug,
        address=address,
        operating=operating,
        stored_kind=kind,
        raw=raw or stored,
        registers=REGISTERS,
        kinds=[{"value": one.value, "text": text} for one, text in KINDS.items()],
        problems=[(field, problems[field]) for field in FIELDS if field in problems] if problems else [],
        problem_of=problems or {},
    )
