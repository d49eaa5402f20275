"""Who comes, asks for help, is interested and waits for approval in the sample plan."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.alerts.approval_notices import tell_approvers
from kil_pipeline.alerts.letters import Frequency
from kil_pipeline.alerts.subscribers import add_choices
from kil_pipeline.engagement.coming import Person, ask_to_come, confirm
from kil_pipeline.engagement.registrations import Registration, Way
from kil_pipeline.engagement.session_queries import public_session
from kil_pipeline.exchange.sample_deeds import Deed, SamplePast, known
from kil_pipeline.organisations.members import User
from kil_pipeline.plan.contents import Author
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.drafts import find_draft, save_draft
from kil_pipeline.plan.publishing_rules import PublishingRules, choose_rules
from kil_pipeline.plan.queries import public_entry
from kil_pipeline.plan.submissions import request_publication
from kil_pipeline.reference.areas import find_area
from kil_pipeline.reference.themes import find_theme
from kil_pipeline.support.help_requests import AskedHelp, HelpRequest, ask_for_help, confirm_help
from kil_pipeline.support.interests import Interest, InterestAnswers, Visibility, confirm_interest, show_interest
from kil_pipeline.support.profiles import Profile, ProfileAnswers, ask_for_profile, save_profile

OFFER_FOR = timedelta(days=2)
DIGEST_HOUR = time(8)

Do = Callable[[Session, datetime], None]


class SamplePeople(SamplePast):
    """Turns the sample's people into deeds. `references`: of entries, by headline; `sessions`: the same, by title."""

    def __init__(
        self,
        organisations: Mapping[str, uuid.UUID],
        now: datetime,
        references: Mapping[str, str],
        sessions: Mapping[str, str],
    ) -> None:
        super().__init__(organisations, now)
        self.references, self.sessions = references, sessions

    def people_deeds(self, table: Mapping[str, Any]) -> Iterator[Deed]:
        """Yield what each of them did."""
        kinds: Mapping[str, Callable[[Mapping[str, Any]], Do]] = {
            "coming": self._coming,
            "interest": self._interest,
            "help": self._help,
            "bulletin": self._bulletin,
            "approval": self._approval,
            "profile": self._profile,
        }
        for kind, make in kinds.items():
            for row in table[kind]:
                yield Deed(self.ago(row["days_ago"]), make(row))

    def _coming(self, row: Mapping[str, Any]) -> Do:
        """Let people come to a session; whoever finds it full waits."""

        def do(session: Session, at: datetime) -> None:
            public = public_session(session, self.sessions[row["session"]])
            for number, (name, organisation, way, needs) in enumerate(row["people"], 1):
                address = f"{name.lower().replace(' ', '.')}.{number}@example.org"
                who = Person(
                    name, address, organisation, Way(way), host_sees=True, others_see=bool(number % 2), needs=needs
                )
                ask_to_come(session, public.id, who, at)
                asked = sa.select(Registration.id).where(
                    Registration.session_id == public.id, Registration.email == address
                )
                confirm(session, session.scalars(asked).one(), OFFER_FOR, at + timedelta(minutes=number))

        return do

    def _interest(self, row: Mapping[str, Any]) -> Do:
        def do(session: Session, at: datetime) -> None:
            entry = public_entry(session, self.references[row["about"]])
            answers = InterestAnswers(
                row["name"], row["email"], row["brings"], row["seeks"], row["wants_partners"], Visibility.EVERYONE
            )
            show_interest(session, entry, answers, at)
            asked = sa.select(Interest.id).where(Interest.email == row["email"], Interest.entry_id == entry.id)
            confirm_interest(session, session.scalars(asked).one(), at)

        return do

    def _help(self, row: Mapping[str, Any]) -> Do:
        def do(session: Session, at: datetime) -> None:
            asked = AskedHelp(row["name"], row["email"], row["need"], tuple(row["kinds"]))
            ask_for_help(session, self.organisations[row["of"]], asked, at)
            confirm_help(
                session, session.scalars(sa.select(HelpRequest.id).where(HelpRequest.email == row["email"])).one(), at
            )

        return do

    def _bulletin(self, row: Mapping[str, Any]) -> Do:
        def do(session: Session, at: datetime) -> None:
            criteria = (Criteria(areas=tuple(row["areas"])),)
            add_choices(session, row["email"], criteria, Frequency.BULLETIN, 0, digest_hour=DIGEST_HOUR, now=at)

        return do

    def _profile(self, row: Mapping[str, Any]) -> Do:
        """Let a VCSE organisation show its profile to everyone."""

        def do(session: Session, at: datetime) -> None:
            ask_for_profile(session, row["email"], at)
            themes = tuple(known(find_theme(name), name).code for name in row["themes"])
            areas = tuple(known(find_area(name), name).code for name in row["areas"])
            answers = ProfileAnswers(row["name"], row["about"], themes, areas, public=True)
            asked = sa.select(Profile.id).where(Profile.email == row["email"])
            save_profile(session, session.scalars(asked).one(), answers, at)

        return do

    def _approval(self, row: Mapping[str, Any]) -> Do:
        """Ask for a second pair of eyes from now on, and let an author submit a change."""

        def do(session: Session, at: datetime) -> None:
            organisation_id = self.organisations[row["by"]]
            choose_rules(session, organisation_id, PublishingRules(four_eyes=True, body="nhs"))
            author = session.scalars(sa.select(User.id).where(User.email == row["author"])).one()
            draft = find_draft(session, organisation_id, self.references[row["about"]])
            content = replace(draft.content, summary=row["summary"])
            by = Author(author)
            save_draft(session, draft.entry_id, content, version=draft.version, by=by, now=at)
            request_publication(session, draft.entry_id, by=by, why=row["why"], now=at)
            tell_approvers(session, organisation_id, author, at)

        return do
