"""A real feed reader subscribes to a running site over HTTP: what is new and what changed comes to it exactly once."""

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from reader import EntryUpdateStatus, Reader, make_reader
from werkzeug.serving import make_server

from kil_pipeline.database import Database
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.settings import load_settings
from kil_pipeline.text import clean_line
from tests.factories import NOW, a_commissioner, publish, republish
from web.app import create_app
from web.context import Context
from web.warm import PublicVersionReader, WarmDocuments

HOSTILE = tuple(
    clean_line(text)
    for text in (
        "Breaks]]><script>alert(1)</script>",
        "Tea & cake <b>at</b> &lt;noon&gt; “quoted” 'so'",
        "\x00\x0b\x1b control \u202eleft\u202c \ufffe \U0001f54a\ufe0f e\u0301",
        "<![CDATA[ nothing ]]> <!-- --> <?xml version='2'?>",
        "＜img src=x onerror=alert(1)＞ \u2028 line",
        "1 < 2 && 3 > 2 ?",
        "&amp;amp; &#60;i&#62;",
    )
)
"""As it comes out of the one place that cleans what is typed in."""
KINDS = ("atom", "rss", "json")


@pytest.fixture
def address(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A site that answers on a socket, with the layer that keeps feeds warm before it."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    versions = PublicVersionReader(sqlite_database)
    server = make_server("127.0.0.1", 0, lambda environ, start: served(environ, start), threaded=False)
    base = f"http://127.0.0.1:{server.server_port}"
    settings = load_settings({"KIL_ENV": "development", "KIL_BASE_URL": base})
    served = WarmDocuments(create_app(Context(settings, sqlite_database, clock=lambda: NOW)), versions.read)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield base
    server.shutdown()
    thread.join()
    server.server_close()
    versions.close()


def update(reader: Reader) -> Counter[tuple[str, str]]:
    """Update all feeds as a person's reader does. Returns what came, as new or as modified."""
    came: Counter[tuple[str, str]] = Counter()

    def note(reader: Reader, entry: Any, status: EntryUpdateStatus) -> None:
        came[(status.value, str(entry.title))] += 1

    reader.after_entry_update_hooks.append(note)
    for updated in reader.update_feeds_iter(scheduled=False):
        assert not isinstance(updated.value, Exception), updated
    reader.after_entry_update_hooks.remove(note)
    return came


@pytest.mark.parametrize("kind", KINDS)
def test_it_sees_entries_that_are_new_or_changed_once_each_whatever_is_written_in_them(
    address: str, sqlite_database: Database, kind: str, tmp_path: Path
) -> None:
    with sqlite_database.write() as session:
        council = a_commissioner(session, prefix="EXC").id
        entries = [publish(session, council, EntryContent(text, summary=text)) for text in HOSTILE]
    with make_reader(str(tmp_path / "reader.db")) as reader:
        reader.add_feed(f"{address}/feeds/entries.{kind}")
        assert [update(reader), update(reader)] == [Counter({("new", title): 1 for title in HOSTILE}), Counter()]
        with sqlite_database.write() as session:
            republish(session, entries[0], EntryContent("Breaks", summary="Changed"), at=NOW + timedelta(days=1))
            publish(session, council, EntryContent("Meals"), at=NOW + timedelta(days=1))
        assert [update(reader), update(reader)] == [{("modified", "Breaks"): 1, ("new", "Meals"): 1}, Counter()]


@pytest.mark.parametrize("kind", KINDS)
def test_it_sees_every_change_once_and_none_again(
    address: str, sqlite_database: Database, kind: str, tmp_path: Path
) -> None:
    with sqlite_database.write() as session:
        council = a_commissioner(session, prefix="EXC").id
        entry = publish(session, council, EntryContent("Breaks", themes=("carers",)))
    with make_reader(str(tmp_path / "reader.db")) as reader:
        reader.add_feed(f"{address}/feeds/changes.{kind}?theme=carers")
        came = [update(reader)]
        for number, headline in enumerate(("Breaks for carers", HOSTILE[1]), start=1):
            with sqlite_database.write() as session:
                republish(session, entry, EntryContent(headline, themes=("carers",)), at=NOW + timedelta(days=number))
                publish(session, council, EntryContent("Falls", themes=("falls",)), at=NOW + timedelta(days=number))
            came += [update(reader), update(reader)]
    assert came == [
        {("new", "New: Breaks"): 1},
        {("new", "Updated: Breaks for carers"): 1},
        Counter(),
        {("new", f"Updated: {HOSTILE[1]}"): 1},
        Counter(),
    ]
