"""The composition root: makes every part from the settings and hands it to those that need it."""

import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from feeds.mail import make_renderer
from feeds.mail_transports import make_sender
from feeds.webhook_posts import make_poster
from kil_pipeline.database import Database
from kil_pipeline.plan.timed_releases import release_due
from kil_pipeline.scheduler.clock import start_clock
from kil_pipeline.scheduler.job_parts import Jobs
from kil_pipeline.scheduler.queue import announce_mail
from kil_pipeline.settings import Settings, load_settings
from web.app import create_app
from web.context import Context
from web.logs import set_up_logs
from web.warm import warm


def open_database(settings: Settings) -> Database:
    """Open the database, making the folder of an SQLite file where it is missing. Mail wakes the workers."""
    file = sqlite_file(settings)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database_url)
    announce_mail(database)
    return database


def sqlite_file(settings: Settings) -> Path | None:
    """Return the file of an SQLite database, or None for PostgreSQL."""
    url = settings.database_url
    return Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else None


def make_jobs(settings: Settings, database: Database) -> Jobs:
    """Make what the scheduler does from its parts: the renderer and the sender come from `feeds`."""
    return Jobs(
        database=database,
        settings=settings,
        render=make_renderer(settings),
        send=make_sender(settings),
        random=random.random,
        release_values=release_due,
        post=make_poster(),
        ping=make_poster(allow=lambda address: True),
    )


def served_app() -> Callable[..., Any]:
    """Make what the web server serves (called once in each of its processes).

    On SQLite the one web process holds the scheduler too; on PostgreSQL workers do the scheduler's work (`kil worker`).
    """
    settings = load_settings(os.environ)
    set_up_logs(settings)
    database = open_database(settings)
    if database.sqlite:
        start_clock(make_jobs(settings, database), settings.tick_every)
    parts = Context(settings, database)
    return warm(create_app(parts), parts)
