"""Jobs for tests: letters instead of mails, a sender that keeps what it was given, chance that is none."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from kil_pipeline.alerts.letters import DigestLetter, Letter, Message, Outcome, Outgoing, Receipt
from kil_pipeline.database import Database
from kil_pipeline.scheduler.job_parts import Jobs
from kil_pipeline.scheduler.jobs import TickReport, run_tick
from kil_pipeline.settings import load_settings
from kil_pipeline.times import utc_now


@dataclass
class Post:
    """A post office that keeps every letter. `answers`: what it says to the next attempts; then it accepts."""

    database: Database
    letters: list[Letter] = field(default_factory=list)
    sent: list[Outgoing] = field(default_factory=list)
    answers: list[Receipt] = field(default_factory=list)
    quiet_minutes: int = 15

    def jobs(self, clock: Callable[[], datetime] = utc_now) -> Jobs:
        """Return the jobs that send through this post office."""
        settings = load_settings({"KIL_ENV": "development", "KIL_QUIET_PERIOD_MINUTES": str(self.quiet_minutes)})
        return Jobs(
            self.database,
            settings,
            self.render,
            self.send,
            random=lambda: 0.0,
            clock=clock,
            monotonic=lambda: 0.0,
        )

    def render(self, letter: Letter) -> Message:
        """Keep the letter, and render next to nothing."""
        self.letters.append(letter)
        return Message("subject", "text", "<p>html</p>")

    def send(self, outgoing: Outgoing) -> Receipt:
        """Accept, or answer as the test says."""
        receipt = self.answers.pop(0) if self.answers else Receipt(Outcome.SENT)
        if receipt.outcome is Outcome.SENT:
            self.sent.append(outgoing)
        return receipt

    def tick(self, now: datetime) -> TickReport:
        """Do what is due, and see that nothing failed."""
        report = run_tick(self.jobs(), now)
        assert report.failures == ()
        return report

    def digests(self) -> list[tuple[str, tuple[str, ...]]]:
        """Return each digest that was sent: its address, and the titles in it."""
        letters = [letter for letter in self.letters if isinstance(letter, DigestLetter)]
        return [
            (to, tuple(item.title for item in letter.items)) for to, letter in zip(self._to(), letters, strict=True)
        ]

    def _to(self) -> list[str]:
        return [outgoing.to for outgoing in self.sent]
