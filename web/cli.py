"""The `kil` command. Exit code 2 and one clear line for misuse, 1 for a run that failed."""

import os
import sys
from datetime import UTC, datetime
from urllib.parse import urlsplit

import click
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from kil_pipeline.database import Database
from kil_pipeline.errors import ConfigurationError, DomainError
from kil_pipeline.exchange.samples import load_sample
from kil_pipeline.migrations import upgrade
from kil_pipeline.organisations.audit import note_deed
from kil_pipeline.organisations.browser_sessions import end_sessions
from kil_pipeline.organisations.members import Role
from kil_pipeline.organisations.operators import add_operator
from kil_pipeline.organisations.organisations import current_organisation, find_organisation
from kil_pipeline.organisations.people import take_in
from kil_pipeline.scheduler.jobs import run_tick
from kil_pipeline.scheduler.queue import run_queue_worker
from kil_pipeline.settings import Settings, load_settings
from kil_pipeline.times import london_day, utc_now
from web.area_commands import areas_group
from web.bounce_commands import bounces_command
from web.commands import migrated, with_database, with_settings
from web.doctor import doctor
from web.exchange_commands import export_command, import_command, match_notices_command, template_command
from web.index_commands import count_what_is_uncounted, reindex_command
from web.organisation_commands import organisation
from web.serving import serve
from web.user_commands import second_factor_group, user_remove, user_sign_out
from web.venue_commands import import_venues_command, venue_contact_command
from web.wiring import make_jobs, open_database


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="kil-pipeline")
def kil() -> None:
    """Publish a forward plan, and tell people early what is coming."""


def main() -> None:
    """Run the command; turn what is known to go wrong into one line."""
    try:
        kil(prog_name="kil", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.ClickException as error:
        _stop(error.format_message(), error.exit_code)
    except click.Abort:
        _stop("Stopped.", 1)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nobody reads on: there is nothing to say
        sys.exit(1)
    except OSError as error:
        _stop(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}", 1)
    except ConfigurationError as error:
        _stop(str(error), 2)
    except DomainError as error:
        _stop(str(error), 1)
    except SQLAlchemyError as error:
        _stop(f"The database did not do it: {str(error).splitlines()[0]}", 1)


def _stop(line: str, code: int) -> None:
    click.echo(f"kil: {line}", err=True)
    sys.exit(code)


@kil.command()
@with_settings
def migrate(settings: Settings) -> None:
    """Bring the database to the newest state (and make it, where there is none)."""
    database = open_database(settings)
    host = urlsplit(settings.base_url).hostname or "localhost"
    try:
        upgrade(database, authority=f"{host},{london_day(utc_now()).isoformat()}")
        counted = count_what_is_uncounted(database)
    except SQLAlchemyError as error:
        raise ConfigurationError(f"The database cannot be reached: {str(error).splitlines()[0]}") from error
    finally:
        database.close()
    if counted:
        click.echo(f"Counted {counted} planned opportunities for the early-notice records.")
    click.echo("The database is up to date.")


@kil.command()
@click.option("--reset", is_flag=True, help="Empty the database first, and date the sample from today.")
@with_settings
def demo(settings: Settings, reset: bool) -> None:
    """Load the sample plan into the migrated database (in development only)."""
    if not settings.development:
        raise click.UsageError("The sample is for development: set KIL_ENV=development.")
    if reset:
        _empty(settings)
    database = migrated(settings)
    now = utc_now()
    report = load_sample(database, now=now, progress=click.echo)
    database.close()
    if report.loaded:
        click.echo(f"Loaded {report.entries} planned opportunities and {report.sessions} sessions.")
    else:
        click.echo(f"The sample plan is there already, dated from {report.loaded_on:%d %B %Y}. Nothing was changed.")
    if report.aged(london_day(now)):
        click.echo("It has aged: `kil demo --reset` empties the database and dates it from today.")


def _empty(settings: Settings) -> None:
    """Drop every table and migrate anew."""
    database = open_database(settings)
    found = sa.MetaData()
    found.reflect(database.engine)
    with database.writer.begin() as connection:
        connection.exec_driver_sql("DROP TABLE IF EXISTS entry_search_fts")
        found.clear()
        found.reflect(connection)
        found.drop_all(connection)
    host = urlsplit(settings.base_url).hostname or "localhost"
    upgrade(database, authority=f"{host},{london_day(utc_now()).isoformat()}")
    database.close()


@kil.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@with_database
def serve_command(settings: Settings, database: Database, host: str, port: int) -> None:
    """Serve the site (on SQLite: with its scheduler)."""
    database.close()
    if settings.development and "KIL_BASE_URL" not in os.environ:
        os.environ["KIL_BASE_URL"] = f"http://localhost:{port}"  # read again by the server's own process
        settings = load_settings(os.environ)
    serve(settings, host, port)


@kil.command()
@with_database
def worker(settings: Settings, database: Database) -> None:
    """Do what is due, until stopped. As many as wanted, on PostgreSQL."""
    if database.sqlite:
        raise click.UsageError(
            "On SQLite `kil serve` holds the scheduler itself: a second one would only get in its way."
        )
    run_queue_worker(make_jobs(settings, database), settings.tick_every)


@kil.command()
@click.option("--now", "at", help="Pretend that it is this moment (ISO 8601), in development only.")
@with_database
def tick(settings: Settings, database: Database, at: str | None) -> None:
    """Do everything that is due, once, and say what was done."""
    report = run_tick(make_jobs(settings, database), _moment(settings, at))
    for line in report.lines():
        click.echo(line)
    if report.failures:
        sys.exit(1)


def _moment(settings: Settings, at: str | None) -> datetime:
    if at is None:
        return utc_now()
    if not settings.development:
        raise click.UsageError("--now is for development: set KIL_ENV=development.")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise click.UsageError(f"“{at}” is not a moment. Write it as 2026-12-01T08:00:00+00:00.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@kil.group()
def user() -> None:
    """People who sign in."""


@user.command("add")
@click.argument("email")
@click.option("--organisation", required=True, help="Its slug, prefix or full name.")
@click.option("--role", default="author", show_default=True, type=click.Choice([role.value for role in Role]))
@with_database
def user_add(settings: Settings, database: Database, email: str, organisation: str, role: str) -> None:
    """Let a person sign in and act for an organisation."""
    now = utc_now()
    with database.write() as session:
        row = current_organisation(session, find_organisation(session, organisation).id)
        member = take_in(session, email=email, organisation_id=row.id, role=Role(role), now=now)
        note_deed(session, "add_member", subject=role, organisation_id=row.id, concerned=member.email, now=now)
    click.echo(f"{member.email} can sign in as {member.role} of {member.organisation_name}.")


@kil.command("add-operator")
@click.argument("email")
@with_database
def operator_add(settings: Settings, database: Database, email: str) -> None:
    """Let a person run the installation. They need a second factor before they can do anything."""
    with database.write() as session:
        user_id = add_operator(session, email=email, now=utc_now())
        end_sessions(session, user_id, utc_now())  # more rights, another key
        note_deed(session, "add_operator", concerned=email.strip().lower(), now=utc_now())
    click.echo(f"{email.strip().lower()} is an operator ({user_id}).")


user.add_command(user_remove)
user.add_command(user_sign_out)
kil.add_command(second_factor_group)
kil.add_command(areas_group)
kil.add_command(import_command)
kil.add_command(match_notices_command)
kil.add_command(export_command)
kil.add_command(import_venues_command)
kil.add_command(venue_contact_command)
kil.add_command(bounces_command)
kil.add_command(template_command)
kil.add_command(reindex_command)
kil.add_command(organisation)
kil.add_command(doctor)
