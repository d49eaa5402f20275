"""What goes by itself in time: the rule of each table, one after the other (spans: `config/personal_data.toml`)."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from kil_pipeline.alerts.address_changes import erase_old_changes
from kil_pipeline.alerts.bounces import erase_old_bounces
from kil_pipeline.alerts.deliveries import erase_old_deliveries
from kil_pipeline.alerts.erasure import erase_old_matches, erase_old_notifications, erase_stopped, erase_unused_criteria
from kil_pipeline.alerts.mail_domains import erase_old_slow_domains
from kil_pipeline.alerts.matches import AlertState, lock_alerts
from kil_pipeline.alerts.requests import erase_old_requests
from kil_pipeline.alerts.webhook_log import erase_old_calls
from kil_pipeline.alerts.webhooks import erase_old_webhooks
from kil_pipeline.database import Database
from kil_pipeline.engagement.hosts import erase_old_addresses
from kil_pipeline.engagement.record_checks import erase_old_checks
from kil_pipeline.engagement.registration_erasure import erase_old_needs, erase_old_registrations, erase_unconfirmed
from kil_pipeline.exchange.import_uploads import erase_old_uploads
from kil_pipeline.organisations.api_requests import erase_old_answers
from kil_pipeline.organisations.api_tokens import erase_old_tokens
from kil_pipeline.organisations.audit import erase_old_audit_people
from kil_pipeline.organisations.browser_sessions import Lifetimes
from kil_pipeline.organisations.invitations import erase_old_invitations
from kil_pipeline.organisations.sign_in import erase_old_sign_ins
from kil_pipeline.rate_counts import erase_old_counts
from kil_pipeline.settings import Settings
from kil_pipeline.support.data_requests import erase_old_data_requests
from kil_pipeline.support.help_requests import erase_old_help
from kil_pipeline.support.interests import erase_old_interests
from kil_pipeline.support.profiles import erase_old_profiles
from kil_pipeline.support.reader_answers import erase_old_reader_answers

ERASED_EVERY = timedelta(hours=1)
"""Nobody waits for it, and it looks at thirty tables: a tick of each minute has better things to do."""


def erase_hourly(database: Database, settings: Settings, now: datetime) -> int:
    """Erase what is due, unless that was done within this hour. Returns how many.

    What fails is due again at the next tick. A clock that was set back does not put it off.
    """
    with database.read() as session:
        last = session.get_one(AlertState, 1).erased_at
    if last is not None and last <= now < last + ERASED_EVERY:
        return 0
    erased = erase_old_records(database, settings, now)
    with database.write() as session:
        lock_alerts(session).erased_at = now
    return erased


def erase_old_records(database: Database, settings: Settings, now: datetime) -> int:
    """Erase what is due, each kind in a transaction of its own. Returns how many."""
    lifetimes = Lifetimes(settings.session_idle, settings.session_longest)
    steps: tuple[Callable[[Session, datetime], int], ...] = (
        erase_old_requests,
        erase_old_changes,
        erase_old_deliveries,
        erase_old_matches,
        lambda session, now: erase_old_notifications(session),
        erase_stopped,
        lambda session, now: erase_unused_criteria(session),
        erase_old_counts,
        erase_old_uploads,
        lambda session, now: erase_old_sign_ins(session, now, lifetimes),
        erase_old_invitations,
        erase_old_tokens,
        lambda session, now: erase_old_audit_people(session, now, settings.audit_people_kept),
        erase_old_help,
        erase_old_data_requests,
        erase_old_interests,
        erase_old_profiles,
        erase_old_reader_answers,
        erase_old_answers,
        erase_old_addresses,
        erase_unconfirmed,
        erase_old_needs,
        erase_old_registrations,
        erase_old_checks,
        erase_old_webhooks,
        erase_old_calls,
        erase_old_bounces,
        erase_old_slow_domains,
    )
    erased = 0
    for step in steps:
        with database.write() as session:
            erased += step(session, now)
    return erased
