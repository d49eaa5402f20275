"""`python -m tests.benchmarks.sending plain|queue`: a worker that sends what is queued, to nowhere, until stopped.

`plain` asks the tables again and again, by as many threads; `queue` is what `kil worker` runs. Says "ready" when it
waits.
"""

import os
import sys
import threading
import time
from dataclasses import replace
from datetime import timedelta

from kil_pipeline.alerts.letters import Outcome, Outgoing, Receipt
from kil_pipeline.scheduler.job_parts import Jobs
from kil_pipeline.scheduler.mail_job import send_deliveries
from kil_pipeline.scheduler.queue import THREADS, run_queue_worker
from kil_pipeline.settings import load_settings
from web.wiring import make_jobs, open_database


def main(how: str) -> None:
    """Work until the process is told to stop."""
    settings = load_settings(os.environ)
    jobs = replace(make_jobs(settings, open_database(settings)), send=_take)
    send_deliveries(jobs, jobs.clock())
    print("ready", flush=True)
    if how == "queue":
        run_queue_worker(jobs, timedelta(hours=1))
        return
    for _ in range(THREADS):
        threading.Thread(target=_send_for_ever, args=(jobs,)).start()


def _take(outgoing: Outgoing) -> Receipt:
    return Receipt(Outcome.SENT)


def _send_for_ever(jobs: Jobs) -> None:
    while True:
        if not send_deliveries(jobs, jobs.clock()):
            time.sleep(0.02)


if __name__ == "__main__":
    main(sys.argv[1])
