"""Storms: workers that are killed (kill -9) at moments drawn by chance, and begun anew until all mail has ended.

The same seed draws the same fates and the same gaps between kills; which step a kill hits is for the machine to say.
"""

import multiprocessing
import os
import random
import signal
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path

import sqlalchemy as sa

from kil_pipeline.alerts.claims import delivery_is_due
from kil_pipeline.alerts.deliveries import Delivery
from kil_pipeline.database import Database
from kil_pipeline.scheduler.clock import start_clock
from kil_pipeline.scheduler.queue import run_queue_worker
from kil_pipeline.settings import load_settings
from kil_pipeline.times import utc_now
from tests.faults.fated_servers import FatedServer
from web.logs import set_up_logs
from web.wiring import make_jobs, open_database

GAP = 80
"""Two kills are at most so many attempts apart."""
DELAY = 0.03
"""Seconds: a kill comes at most so long after the attempt that it was counted for, in the middle of whatever."""
EARLY_KILLS = 6
"""Kills before the first attempt, while events are matched and digests made."""
EARLY_DELAY = 0.5
POWER_CUTS = 0.1
"""The share of kills that take all workers at once."""
PATIENCE = 90
"""Seconds without an attempt after which a storm gives up."""
_PROCESSES = multiprocessing.get_context("forkserver")
"""Forks them from a process that has read our code once: to start one costs little, however often they are killed."""
_PROCESSES.set_forkserver_preload([__name__])


def errors(log: Path) -> list[str]:
    """Return what workers logged as an error."""
    return [line for line in log.read_text("utf-8").splitlines() if "[error" in line or line.startswith("ERROR")]


def work(environment: dict[str, str], turned: timedelta, log: Path) -> None:
    """Do what `kil worker` does (on SQLite: the clock inside `kil serve`), on a clock that is ahead by `turned`."""
    os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND), 2)
    settings = load_settings(environment)
    set_up_logs(settings)
    jobs = replace(make_jobs(settings, open_database(settings)), clock=lambda: utc_now() + turned)
    if not jobs.database.sqlite:
        run_queue_worker(jobs, settings.tick_every)
        return
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})  # the threads of the clock inherit it
    scheduler = start_clock(jobs, settings.tick_every)
    signal.sigwait({signal.SIGTERM})
    scheduler.shutdown()


@dataclass
class Storm:
    """So many workers on one database, which send to one server. `log`: where they write what they have to say."""

    database: Database
    server: FatedServer
    workers: int
    log: Path
    turned: timedelta = timedelta()
    """How far the clocks are ahead. They are turned on, between two sets of workers, to where leases and waits end."""
    turns: int = 0
    kills: int = 0
    struck: set[tuple[str, uuid.UUID | None]] = field(default_factory=set)
    """The address and the claim of whatever was being sent, by whomever, when somebody was killed."""
    _running: list[BaseProcess] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.server.seed)
        self._next_kill = 0

    def rage(self, due: int) -> None:
        """Let the workers do all there is, `due` mails, while they are killed again and again."""
        while not self._nothing_waits(due):
            with self._at_work():
                self._kill_until(lambda: self._nothing_to_do(due))
            self._turn_on()

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        self._running = [self._start() for _ in range(self.workers)]
        try:
            yield
        finally:
            for worker in self._running:
                worker.terminate()
            for worker in self._running:
                worker.join(PATIENCE)
        assert {worker.exitcode for worker in self._running} <= {0, -signal.SIGTERM}  # the latter: before it had begun

    def _start(self) -> BaseProcess:
        environment = {
            "KIL_ENV": "development",
            "KIL_DATABASE_URL": self.database.url,
            "KIL_MAIL": self.server.mail,
            "KIL_TICK_SECONDS": "1",
        }
        worker = _PROCESSES.Process(target=work, args=(environment, self.turned, self.log), daemon=True)
        worker.start()
        return worker

    def _kill_until(self, done: Callable[[], bool]) -> None:
        heard, since = 0, time.monotonic()
        while not done():
            if heard < (heard := self.server.heard.total()):
                since = time.monotonic()
            assert time.monotonic() < since + PATIENCE, "nothing moves any more"
            if heard >= self._next_kill:
                self._kill(heard)
            time.sleep(0.05)

    def _kill(self, heard: int) -> None:
        """Kill one worker, now and then all of them at once, and put others into their places."""
        early = self.kills < EARLY_KILLS
        self._next_kill = 0 if early else heard + self._random.randint(1, GAP)
        time.sleep(self._random.uniform(0, EARLY_DELAY if early else DELAY))
        all_of_them = self._random.random() < POWER_CUTS
        places = range(self.workers) if all_of_them else [self._random.randrange(self.workers)]
        for place in places:
            self._running[place].kill()
        for place in places:
            self._running[place].join()
            assert self._running[place].exitcode == -signal.SIGKILL
        with self.database.read() as session:
            under_way = sa.select(Delivery.address, Delivery.claim_id).where(Delivery.state == "sending")
            self.struck.update((address, claim_id) for address, claim_id in session.execute(under_way))
        for place in places:
            self._running[place] = self._start()
        self.kills += len(places)

    def _nothing_to_do(self, due: int) -> bool:
        """Tell whether every mail is made, and none is due on the workers' clock."""
        with self.database.read() as session:
            made = session.scalar(sa.select(sa.func.count()).select_from(Delivery))
            return made == due and not delivery_is_due(session, utc_now() + self.turned)

    def _nothing_waits(self, due: int) -> bool:
        ended = sa.select(sa.func.count()).where(Delivery.ended_at.is_not(None))
        with self.database.read() as session:
            return session.scalar(ended) == due

    def _turn_on(self) -> None:
        """Turn the clock to where everything that waits is due. Nobody is at work meanwhile."""
        latest = sa.select(sa.func.max(Delivery.due_at)).where(Delivery.ended_at.is_(None))
        with self.database.read() as session:
            due_at = session.scalar(latest)
        if due_at is not None:
            self.turned = max(self.turned, due_at - utc_now() + timedelta(seconds=1))
            self.turns += 1
