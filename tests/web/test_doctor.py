"""`kil doctor` says what is wrong in words, and how to mend it; alarm is given for what is broken alone."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.alerts.deliveries import Delivery, queue_delivery
from kil_pipeline.alerts.suppressions import suppress
from kil_pipeline.database import Database
from kil_pipeline.plan.entries import PublicEntryRow
from kil_pipeline.plan.entry_figures import count_uncounted
from kil_pipeline.scheduler.heartbeats import beat
from kil_pipeline.settings import Settings, load_settings
from tests.factories import NOW, a_commissioner, publish, some_content
from tests.faults.clamds import clamd
from web.doctor import LEAST_FREE, examine
from web.findings import Finding

HOUR = timedelta(hours=1)
KEY = "k" * 32


@pytest.fixture
def settings(database: Database, tmp_path: Path) -> Settings:
    """The settings of a sound installation on this database."""
    environ = {
        "KIL_SECRET_KEY": KEY,
        "KIL_VAR": str(tmp_path),
        "KIL_BASE_URL": "https://plan.example.net",
        "KIL_MAIL": "smtp://localhost",
        "KIL_MAIL_FROM": "Plan <alerts@plan.example.net>",
    }
    with database.write() as session:
        beat(session, "worker", NOW)
    return replace(load_settings(environ), database_url=database.url)


def found(settings: Settings, *, free: int = LEAST_FREE) -> list[Finding]:
    return examine(settings, NOW, free_bytes=lambda path: free)


def broken(settings: Settings, *, free: int = LEAST_FREE) -> list[str]:
    return [finding.says for finding in found(settings, free=free) if finding.broken]


def test_a_sound_installation_has_nothing(settings: Settings) -> None:
    assert found(settings) == []


def test_every_finding_that_is_broken_says_how_to_mend_it(settings: Settings) -> None:
    worst = replace(settings, base_url="http://plan.example.net", mail="file:var/mail", mail_from="a@example.org")
    findings = found(worst, free=1)
    assert [finding.says for finding in findings if not finding.mend] == []
    assert [finding.says for finding in findings] == [
        "KIL_BASE_URL is http://plan.example.net: links in emails and feeds lead there, and cookies are not secure.",
        "KIL_MAIL writes email to files: nobody gets any, and nobody can sign in.",
        "KIL_MAIL_FROM is a@example.org: mail servers refuse such a sender.",
        f"Only 0 MB are free where {settings.var} lies.",
    ]


def test_on_ones_own_machine_files_and_plain_http_are_no_fault(settings: Settings) -> None:
    own = replace(settings, environment="development", base_url="http://localhost:8000", mail="file:var/mail")
    assert found(own) == [
        Finding(False, "This is a development installation: anybody can read its email at /dev/mail.")
    ]


def test_a_way_of_sending_that_is_none_is_broken_and_shows_no_password(settings: Settings) -> None:
    (says,) = broken(replace(settings, mail="pigeon://me:secret@loft"))
    assert says.startswith("KIL_MAIL must be")
    assert "secret" not in says


def test_a_database_that_is_behind_or_away_is_broken(settings: Settings, database: Database, tmp_path: Path) -> None:
    with database.write() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    assert broken(settings) == ["The database is not up to date with the code."]
    away = replace(settings, database_url="postgresql+psycopg://nobody@127.0.0.1:1/none")
    assert [says.split(":")[0] for says in broken(away)] == ["The database cannot be reached"]


def test_no_heartbeat_is_broken(settings: Settings, database: Database) -> None:
    with database.write() as session:
        beat(session, "worker", NOW - HOUR)
    assert broken(settings) == [
        "Nothing ticked for 5 minutes: no alert is made and no email leaves. Nothing is lost meanwhile."
    ]


def test_events_that_nobody_matched_are_broken(settings: Settings, database: Database) -> None:
    with database.write() as session:
        publish(session, a_commissioner(session).id, some_content(), at=NOW - HOUR)
    assert broken(settings) == [
        "Events that wait to be matched with what people follow: 1, since 23 November 2026, 09:00 UTC."
    ]


def a_mail(session: Session, state: str, detail: str = "") -> None:
    mail_id = queue_delivery(session, "digest", "r@example.org", {}, due_at=NOW + HOUR, now=NOW - HOUR)
    row = session.get_one(Delivery, mail_id)
    row.state, row.detail, row.ended_at = state, detail, None if state == "deferred" else NOW


def test_entries_that_no_figures_count_are_broken_until_they_are_indexed_anew(
    settings: Settings, database: Database
) -> None:
    with database.write() as session:
        council = a_commissioner(session).id
        for headline in ("Lunch clubs", "Home care"):
            publish(session, council, some_content(headline))
        session.execute(sa.update(PublicEntryRow).values(dates_stated=None))  # as a stopped migration leaves them
    left_out = broken(settings)
    with database.write() as session:
        assert count_uncounted(session) == 2
    assert (left_out, broken(settings)) == (["Planned opportunities that early-notice records leave out: 2."], [])


def test_overdue_mail_is_broken_and_mail_that_waits_its_turn_is_not(settings: Settings, database: Database) -> None:
    with database.write() as session:
        for hours in (-2, -1, 1):
            queue_delivery(session, "digest", "r@example.org", {}, due_at=NOW + hours * HOUR, now=NOW - 3 * HOUR)
    assert broken(settings) == ["Emails that are overdue: 2, the oldest since 23 November 2026, 08:00 UTC."]


def test_what_was_put_off_failed_or_is_unknown_is_told_with_its_cause_and_is_no_alarm(
    settings: Settings, database: Database
) -> None:
    with database.write() as session:
        for state, detail in (
            ("deferred", "451 busy"), ("failed", "550 no"), ("failed", "550 no"), ("failed", "not wanted any more"),
            ("unknown", ""), ("sent", "250 ok"),
        ):  # fmt: skip
            a_mail(session, state, detail)
        suppress(session, "bounced@example.org", "550", NOW)
    assert [(finding.broken, finding.says) for finding in found(settings)] == [
        (False, "Emails that were put off by the mail server and are tried again: 1. Cause: 451 busy"),
        (False, "Emails that failed and are not tried again: 2. Cause: 550 no"),
        (False, "Emails that may have arrived or not: 1. Cause: not given"),
        (False, "Addresses that are never emailed, because mail servers refused them: 1."),
    ]


def test_a_virus_scanner_that_cannot_be_asked_is_broken(settings: Settings) -> None:
    with clamd() as (address, _):
        assert found(replace(settings, clamd=address)) == []
    for wrong in ("tcp://127.0.0.1:9", "clamd"):
        (finding,) = found(replace(settings, clamd=wrong))
        assert (finding.broken, finding.mend) == (True, "Check KIL_CLAMD.")
