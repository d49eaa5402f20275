"""The application behind its layer, on both databases: feeds follow a publication at once, and nothing else."""

import itertools
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

import feedparser
import pytest
from werkzeug.test import Client, TestResponse

from kil_pipeline.database import Database
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.drafts import read_draft
from kil_pipeline.plan.publishing import publish_entry
from kil_pipeline.plan.withheld import keep_withheld_values
from kil_pipeline.settings import load_settings
from tests.factories import NOW, a_commissioner, publish, republish
from web.app import create_app
from web.context import Context
from web.warm import PublicVersionReader, WarmDocuments

FEED = "/feeds/entries.atom"


class Served:
    """The whole application behind its layer, on a database with one commissioner."""

    def __init__(self, database: Database) -> None:
        numbers = itertools.count(1)
        parts = Context(
            load_settings({"KIL_ENV": "development"}),
            database,
            clock=lambda: NOW,
            random_token=lambda: f"token-{next(numbers)}",
        )
        self.database, self.reader, self.rendered = database, PublicVersionReader(database), 0
        self.app = create_app(parts)
        self.client = Client(WarmDocuments(self.count, self.reader.read), TestResponse)
        with database.write() as session:
            self.council = a_commissioner(session).id

    def count(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Hand a request to the application, and count it."""
        self.rendered += 1
        return self.app(environ, start_response)

    def titles(self) -> list[str]:
        """Return what the feed holds now."""
        return [entry.title for entry in feedparser.parse(self.client.get(FEED).data).entries]


@pytest.fixture
def served(database: Database) -> Iterator[Served]:
    found = Served(database)
    yield found
    found.reader.close()


def test_feeds_follow_a_publication_at_once(served: Served) -> None:
    seen = [served.titles()]
    with served.database.write() as session:
        entry = publish(session, served.council, EntryContent("Breaks"))
    seen += [served.titles(), served.titles()]
    with served.database.write() as session:
        republish(session, entry, EntryContent("Breaks for carers"), at=NOW)
    seen.append(served.titles())
    assert seen == [[], ["Breaks"], ["Breaks"], ["Breaks for carers"]]
    assert served.rendered == 3


def test_an_edit_of_what_is_withheld_moves_nothing(served: Served) -> None:
    with served.database.write() as session:
        entry = publish(session, served.council, EntryContent("Breaks"))
    before = served.client.get(FEED)
    with served.database.write() as session:
        keep_withheld_values(session, entry, {"value": "£400,000 a year"}, NOW)
        assert read_draft(session, entry).published
        publish_entry(session, entry, now=NOW)
    after = served.client.get(FEED)
    assert (list(after.headers), after.data) == (list(before.headers), before.data)
    assert served.rendered == 1


@pytest.mark.parametrize(
    "path",
    ["/feeds/entries.rss", FEED, "/feeds/entries.json", "/calendars/milestones.ics", "/calendars/sessions.ics"],
)
def test_the_application_alone_answers_as_the_layer_does(served: Served, path: str) -> None:
    with served.database.write() as session:
        publish(session, served.council, EntryContent("Breaks"))
    alone, layered = served.app.test_client().get(path), served.client.get(path)
    assert layered.data == alone.data
    assert sorted(layered.headers) == sorted((n, v) for n, v in alone.headers if n != "Date")


def test_a_connection_that_broke_is_opened_anew(served: Served) -> None:
    first = served.reader.read()
    served.reader._kept.connection.close()
    assert served.reader.read() == first


def test_the_version_is_read_afresh_each_time(served: Served) -> None:
    versions = [served.reader.read()]
    for headline in ("Breaks", "Falls"):
        with served.database.write() as session:
            publish(session, served.council, EntryContent(headline))
        versions.append(served.reader.read())
    assert versions == [0, 1, 2]


def test_a_bad_filter_is_answered_each_time_and_is_not_kept(served: Served) -> None:
    answers = [served.client.get(f"{FEED}?area=Atlantis") for _ in range(2)]
    assert [(a.status_code, a.headers["Content-Type"], a.headers["Cache-Control"]) for a in answers] == [
        (400, "text/plain; charset=utf-8", "no-store")
    ] * 2
    assert served.rendered == 2


def test_threads_that_ask_while_somebody_publishes_never_see_an_older_feed_again(served: Served) -> None:
    with served.database.write() as session:
        entry = publish(session, served.council, EntryContent("0"))
    seen: list[list[int]] = [[], [], []]
    done = threading.Event()

    def ask(mine: list[int]) -> None:
        try:
            while not done.is_set():
                mine.append(int(served.titles()[0]))
            mine.append(int(served.titles()[0]))
        finally:
            served.reader.close()

    threads = [threading.Thread(target=ask, args=(mine,)) for mine in seen]
    for thread in threads:
        thread.start()
    for number in range(1, 9):
        with served.database.write() as session:
            republish(session, entry, replace(EntryContent("0"), headline=str(number)), at=NOW)
    done.set()
    for thread in threads:
        thread.join()
    assert [mine == sorted(mine) for mine in seen] == [True] * 3
    assert [mine[-1] for mine in seen] == [8] * 3
