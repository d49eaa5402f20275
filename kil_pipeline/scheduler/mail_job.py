"""Sending what is queued: claim │ hold │ send │ mark, never in one transaction."""

from datetime import datetime

import structlog

from kil_pipeline.alerts.claims import ClaimedDelivery, claim_deliveries, hold_delivery, mark_delivery
from kil_pipeline.alerts.letter_writing import LetterWriter
from kil_pipeline.alerts.letters import Outcome, Outgoing, Receipt
from kil_pipeline.alerts.links import Signer
from kil_pipeline.alerts.mail_domains import DomainGate, note_outcome
from kil_pipeline.mail_limits import MailLimits
from kil_pipeline.scheduler.job_parts import MOST_BATCHES, Jobs

log = structlog.get_logger("scheduler")


def send_deliveries(jobs: Jobs, now: datetime) -> int:
    """Send what is due: claim │ hold │ send │ mark, never in one transaction. Returns how many mails were taken."""
    writer, moment = _letter_writer(jobs), jobs.clock_from(now)
    sent = 0
    for _ in range(MOST_BATCHES):
        with jobs.database.write() as session:
            at = moment()
            looked_at, claimed = claim_deliveries(session, at, admit=_gate(jobs, at).admit)
        if not looked_at:
            break
        for delivery in claimed:
            receipt = _attempt(jobs, writer, delivery, moment())
            if receipt is None:
                continue
            with jobs.database.write() as session:
                mark_delivery(session, delivery, receipt, moment(), jobs.random())
                note_outcome(session, delivery.domain, receipt, moment(), jobs.random())
            sent += receipt.outcome is Outcome.SENT
    return sent


def _attempt(jobs: Jobs, writer: LetterWriter, delivery: ClaimedDelivery, moment: datetime) -> Receipt | None:
    """Try to send one mail. Returns None where another worker has taken it over, or its domain is slow."""
    try:
        with jobs.database.write() as session:
            if not hold_delivery(session, delivery, moment) or not _gate(jobs, moment).hold(session, delivery):
                return None
            letter = writer.write(session, delivery, moment)
        if letter is None:
            return Receipt(Outcome.REFUSED, "not wanted any more")
        return jobs.send(Outgoing(delivery.id, delivery.address, jobs.render(letter)))
    except Exception as error:  # one mail that cannot be made must not keep the others from leaving
        log.exception("delivery failed", delivery=str(delivery.id))
        return Receipt(Outcome.DEFERRED, type(error).__name__)


def _gate(jobs: Jobs, now: datetime) -> DomainGate:
    """Return what holds mail back by its domain. Only a mail server has limits for each."""
    limits = jobs.settings.mail_limits if jobs.settings.mail.startswith("smtp:") else MailLimits()
    return DomainGate(limits, now, jobs.random)


def _letter_writer(jobs: Jobs) -> LetterWriter:
    signer = Signer(jobs.settings.secret_keys)
    return LetterWriter(signer, jobs.settings.sign_in_minutes, jobs.random_token, jobs.notices)
