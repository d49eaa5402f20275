"""`kil organisation add`: how a commissioner comes into a database that holds nothing yet."""

import click

from kil_pipeline.database import Database
from kil_pipeline.organisations.organisations import OrganisationKind, add_organisation, recognise_organisation
from kil_pipeline.settings import Settings
from kil_pipeline.times import utc_now
from web.commands import with_database


@click.group()
def organisation() -> None:
    """Commissioners, local support organisations and charities."""


@organisation.command("add")
@click.argument("name")
@click.option(
    "--kind", default="commissioner", show_default=True, type=click.Choice([kind.value for kind in OrganisationKind])
)
@click.option("--prefix", help="What its references start with, such as EXC; made from its name where not given.")
@click.option("--contact", help="A team's email address. It is public.")
@click.option("--website", help="Its own site. It is public.")
@with_database
def organisation_add(
    settings: Settings,
    database: Database,
    name: str,
    kind: str,
    prefix: str | None,
    contact: str | None,
    website: str | None,
) -> None:
    """Add an organisation, unless it is there under this name in any usual spelling."""
    with database.write() as session:
        known = recognise_organisation(session, name=name)
        row = known or add_organisation(
            session,
            name=name,
            kind=OrganisationKind(kind),
            prefix=prefix,
            contact=contact,
            website=website,
            now=utc_now(),
        )
        said = f"{row.name} (slug {row.slug}, prefix {row.prefix})"
    click.echo(f"It is there already: {said}. Nothing was changed." if known else f"Added: {said}.")
