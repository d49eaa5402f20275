"""What everyone may know of an organisation besides its plan: other names, numbers, areas, what it belongs to."""

import uuid
from dataclasses import dataclass

from sqlalchemy.orm import Session

from kil_pipeline.engagement.organisation_documents import PublicDocument, documents_of, logo_of
from kil_pipeline.organisations.identifiers import register_name
from kil_pipeline.organisations.organisations import PublicOrganisation
from kil_pipeline.organisations.particulars import Particulars, particulars_of, parts_of
from kil_pipeline.support.patches import patch_of
from web.public import blueprint

NAMES_SHOWN = 10


@dataclass(frozen=True)
class AboutOrganisation:
    """What the box on its page says."""

    particulars: Particulars
    areas: tuple[str, ...]
    """Codes."""
    parts: tuple[PublicOrganisation, ...]
    documents: tuple[PublicDocument, ...] = ()
    logo: PublicDocument | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The first of its other names."""
        return self.particulars.names[:NAMES_SHOWN]

    @property
    def numbers(self) -> tuple[tuple[str, str], ...]:
        """Each register in words, with the number in it."""
        return tuple((register_name(scheme), number) for scheme, number in self.particulars.identifiers)


def about_organisation(session: Session, organisation_id: uuid.UUID) -> AboutOrganisation:
    """Return what everyone may know of an organisation."""
    known = particulars_of(session, organisation_id)
    return AboutOrganisation(
        known,
        patch_of(session, organisation_id),
        parts_of(session, organisation_id),
        documents_of(session, organisation_id),
        logo_of(session, organisation_id),
    )


@blueprint.app_template_filter("organisation_path")
def organisation_path(organisation: PublicOrganisation) -> str:
    """Return the address of an organisation's page; empty for a kind that has none."""
    places = {"commissioner": "/commissioners/", "infrastructure_body": "/local-support/"}
    return f"{places[organisation.kind]}{organisation.slug}" if organisation.kind in places else ""
