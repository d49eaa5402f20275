"""`kil organisation`: how bodies come into a database that holds nothing yet, and how one becomes another."""

import sys
from datetime import datetime
from pathlib import Path

import click

from kil_pipeline.database import Database
from kil_pipeline.errors import DomainError
from kil_pipeline.exchange.mergers import merge_organisation
from kil_pipeline.exchange.organisation_import import OrganisationOptions, import_organisations
from kil_pipeline.exchange.three_sixty_giving import Who
from kil_pipeline.organisations.organisations import (
    OrganisationKind,
    add_organisation,
    find_organisation,
    recognise_organisation,
)
from kil_pipeline.settings import Settings
from kil_pipeline.times import utc_now
from web.commands import with_database
from web.exchange_commands import show_progress


@click.group()
def organisation() -> None:
    """Commissioners, local support organisations and charities."""


@organisation.command("add")
@click.argument("name")
@click.option(
    "--kind", default="commissioner", show_default=True, type=click.Choice([kind.value for kind in OrganisationKind])
)
@click.option("--prefix", help="What its references start with, such as EXC; made from its name where not given.")
@click.option("--contact", help="A team's mail address. It is public.")
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


@organisation.command("succeed")
@click.argument("old")
@click.argument("new")
@click.option("--on", "day", required=True, type=click.DateTime(["%Y-%m-%d"]), help="Its first day as another body.")
@click.option("--dry-run", is_flag=True, help="Only say what would go over.")
@with_database
def organisation_succeed(
    settings: Settings, database: Database, old: str, new: str, day: datetime, dry_run: bool
) -> None:
    """Let a body become another: OLD and NEW by slug, prefix or full name. It cannot be undone.

    Its plan, sessions and people go over; references and addresses stay, and whoever follows it goes on being told.
    """
    with database.write() as session:
        ended, heir = find_organisation(session, old), find_organisation(session, new)
        moved = merge_organisation(session, ended.id, heir.id, day.date(), now=utc_now())
        said = f"{moved.entries} planned opportunities, {moved.sessions} sessions and {moved.people} people"
        names = ended.name, heir.name
        if dry_run:
            session.rollback()
    click.echo(f"{said} {'would go' if dry_run else 'went'} from {names[0]} to {names[1]}.")


@organisation.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--kind",
    default="vcse",
    show_default=True,
    type=click.Choice([kind.value for kind in OrganisationKind]),
    help="Of new ones, where the file does not say it.",
)
@click.option("--funders", is_flag=True, help="Of a 360Giving package: take who gives, not who receives.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option("--to-correct", type=click.Path(path_type=Path), help="Where the rows go that could not be read.")
@with_database
def organisation_import(
    settings: Settings,
    database: Database,
    file: Path,
    kind: str,
    funders: bool,
    dry_run: bool,
    to_correct: Path | None,
) -> None:
    """Import organisations: CSV, XLSX, or a 360Giving package of grants (JSON).

    What is known of one stays; a file adds what is missing.
    """
    who: Who = "funders" if funders else "recipients"
    options = OrganisationOptions(OrganisationKind(kind), who, dry_run, to_correct)
    try:
        report = import_organisations(database, file, options, now=utc_now(), progress=show_progress)
    except DomainError as error:
        raise click.UsageError(str(error)) from error
    for line in report.lines():
        click.echo(line)
    if report.failed:
        sys.exit(1)
