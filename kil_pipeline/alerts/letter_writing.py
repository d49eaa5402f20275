"""Writing the letter of a claimed delivery. One-use tokens are made here, anew at every attempt."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from sqlalchemy.orm import Session

from kil_pipeline.alerts.address_changes import wants_address
from kil_pipeline.alerts.claims import ClaimedDelivery
from kil_pipeline.alerts.criteria_words import describe_criteria
from kil_pipeline.alerts.digests import read_items
from kil_pipeline.alerts.letters import (
    AddressChangedLetter,
    AddressChangeLetter,
    ConfirmationLetter,
    DigestLetter,
    Frequency,
    Letter,
    OutlookLetter,
    SignInLetter,
)
from kil_pipeline.alerts.links import Signer
from kil_pipeline.alerts.notices import NoticeContext, WriteNotice
from kil_pipeline.alerts.outlooks import read_quarters
from kil_pipeline.alerts.requests import LINK_DAYS, mint_confirmation_token, read_request
from kil_pipeline.alerts.subscribers import Subscriber, subscriber_view
from kil_pipeline.alerts.suppressions import is_suppressed
from kil_pipeline.organisations.sign_in import mint_sign_in_code, mint_sign_in_token
from kil_pipeline.plan.query_strings import write_plan_query


@dataclass(frozen=True)
class LetterWriter:
    """What letters need from outside."""

    signer: Signer
    sign_in_minutes: int
    random_token: Callable[[], str]
    notices: Mapping[str, WriteNotice]
    """Who writes which notice."""

    def write(self, session: Session, delivery: ClaimedDelivery, now: datetime) -> Letter | None:
        """Return the letter, or None where it must not be sent any more: suppressed, stopped or erased meanwhile."""
        if is_suppressed(session, delivery.address):
            return None
        if delivery.kind == "sign_in":
            return self._sign_in(session, delivery, now)
        if delivery.kind == "confirmation":
            return self._confirmation(session, delivery, now)
        if delivery.kind == "address_change":
            return self._address_change(session, delivery)
        if delivery.kind == "address_changed":
            return AddressChangedLetter()
        if delivery.kind == "notice":
            context = NoticeContext(self.signer, self.random_token, now)
            return self.notices[delivery.body["notice"]](session, delivery.body["about"], context)
        return self._outlook(session, delivery) if delivery.kind == "outlook" else self._digest(session, delivery)

    def _sign_in(self, session: Session, delivery: ClaimedDelivery, now: datetime) -> Letter | None:
        if not delivery.body["user"]:
            return None
        asked, minutes = delivery.body.get("request"), self.sign_in_minutes
        request_id = uuid.UUID(asked) if asked else None
        token = mint_sign_in_token(
            session,
            uuid.UUID(delivery.body["user"]),
            now,
            minutes,
            request_id=request_id,
            random_token=self.random_token,
        )
        code = (
            mint_sign_in_code(session, request_id, now, minutes, random_token=self.random_token) if request_id else ""
        )
        return SignInLetter(f"/sign-in/{token}?next={quote(delivery.body['next'], safe='/')}", minutes, code)

    def _confirmation(self, session: Session, delivery: ClaimedDelivery, now: datetime) -> Letter | None:
        request_id = uuid.UUID(delivery.body["request"])
        asked = read_request(session, request_id)
        if asked is None:
            return None
        criteria, frequency = asked
        token = self.random_token()
        mint_confirmation_token(session, request_id, token, now)
        lines = tuple(describe_criteria(choice) for choice in criteria)
        return ConfirmationLetter(f"/alerts/confirm/{token}", lines, frequency, LINK_DAYS)

    def _address_change(self, session: Session, delivery: ClaimedDelivery) -> Letter | None:
        change_id = uuid.UUID(delivery.body["change"])
        if not wants_address(session, change_id):
            return None
        return AddressChangeLetter(self.signer.address_path(change_id), LINK_DAYS)

    def _outlook(self, session: Session, delivery: ClaimedDelivery) -> Letter | None:
        subscriber = session.get(Subscriber, delivery.subscriber_id) if delivery.subscriber_id else None
        if subscriber is None or subscriber.stopped_at is not None:
            return None
        return OutlookLetter(
            quarters=read_quarters(delivery.body["quarters"]),
            unsubscribe_path=self.signer.unsubscribe_path(subscriber.id),
            manage_path=self.signer.manage_path(subscriber.id),
        )

    def _digest(self, session: Session, delivery: ClaimedDelivery) -> Letter | None:
        subscriber = session.get(Subscriber, delivery.subscriber_id) if delivery.subscriber_id else None
        if subscriber is None or subscriber.stopped_at is not None:
            return None
        items = read_items(delivery.body["items"])
        return DigestLetter(
            frequency=Frequency(delivery.body["frequency"]),
            items=tuple(item.with_mute_path(self.signer.mute_path(subscriber.id, item.subject_id)) for item in items),
            unsubscribe_path=self.signer.unsubscribe_path(subscriber.id),
            manage_path=self.signer.manage_path(subscriber.id),
            made_at=datetime.fromisoformat(delivery.body["made_at"]),
            shapes=self._shapes(session, delivery, subscriber),
        )

    def _shapes(
        self, session: Session, delivery: ClaimedDelivery, subscriber: Subscriber
    ) -> tuple[tuple[str, str], ...]:
        if delivery.body["frequency"] != Frequency.BULLETIN:
            return ()
        choices = subscriber_view(session, subscriber.id).criteria
        return tuple((describe_criteria(choice), "/bulletins" + write_plan_query(choice)) for choice in choices)
