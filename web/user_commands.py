"""`kil user remove` and `kil second-factor off`: what an operator does for people who cannot do it themselves."""

import click

from kil_pipeline.database import Database
from kil_pipeline.organisations.audit import note_deed
from kil_pipeline.organisations.browser_sessions import end_sessions
from kil_pipeline.organisations.members import memberships_of
from kil_pipeline.organisations.second_factors import remove_second_factor
from kil_pipeline.organisations.user_removal import find_user, remove_user
from kil_pipeline.plan.leavers import hand_on
from kil_pipeline.settings import Settings
from kil_pipeline.times import utc_now
from web.commands import with_database


@click.command("remove")
@click.argument("email")
@with_database
def user_remove(settings: Settings, database: Database, email: str) -> None:
    """Remove a person and all that is theirs; the trail of what they did stays, and an admin has their drafts."""
    address, now = email.strip().lower(), utc_now()
    with database.write() as session:
        leaver = find_user(session, address)
        for member in memberships_of(session, leaver):
            hand_on(session, member.organisation_id, leaver)
        user_id = remove_user(session, address, now)
        note_deed(session, "remove_user", subject=str(user_id), concerned=address, now=now)
    click.echo(f"{address} is removed, with their roles, sessions and tokens.")


@click.command("sign-out")
@click.argument("email")
@with_database
def user_sign_out(settings: Settings, database: Database, email: str) -> None:
    """Sign a person out everywhere, such as where a device was lost. Their roles stay."""
    address, now = email.strip().lower(), utc_now()
    with database.write() as session:
        user_id = find_user(session, address)
        end_sessions(session, user_id, now)
        note_deed(session, "sign_user_out", subject=str(user_id), concerned=address, now=now)
    click.echo(f"{address} is signed out everywhere.")


@click.group("second-factor")
def second_factor_group() -> None:
    """Second factors of people who sign in."""


@second_factor_group.command("off")
@click.argument("email")
@with_database
def second_factor_off(settings: Settings, database: Database, email: str) -> None:
    """Take the second factor off for a person who lost both app and recovery codes. Ends their sessions."""
    address, now = email.strip().lower(), utc_now()
    with database.write() as session:
        user_id = find_user(session, address)
        remove_second_factor(session, user_id)
        end_sessions(session, user_id, now)
        note_deed(session, "second_factor_off", subject=str(user_id), concerned=address, now=now)
    click.echo(f"{address} signs in without a second factor now. Be sure that it was they who asked.")
