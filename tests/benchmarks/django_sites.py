"""What the feed is measured against besides: Django's syndication framework, from a database and from memory.

Imported in a process of its own alone: Django's settings and models are of the whole process.
"""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.core.wsgi import get_wsgi_application
from django.urls import path
from django.utils.feedgenerator import Atom1Feed

ITEMS = Path(os.environ.get("KIL_BENCH_ITEMS", "items.json"))


class Remembered(Feed):  # type: ignore[misc]  # Django is not typed
    """Items that the process has in memory, with a title, a link and a text: the least that a feed says."""

    feed_type, title, link, subtitle = Atom1Feed, "Plan", "/", "Planned opportunities"
    kept: tuple[dict[str, Any], ...] = ()

    def items(self) -> Any:
        return self.kept

    def item_title(self, item: Any) -> str:
        return str(item["title"])

    def item_description(self, item: Any) -> str:
        return str(item["said"])

    def item_link(self, item: Any) -> str:
        return str(item["link"])

    def item_guid(self, item: Any) -> str:
        return str(item["id"])


class Stored(Remembered):
    """Items from SQLite by Django's ORM for each request, with all that ours say: by two queries."""

    def items(self) -> Any:
        from tests.benchmarks.django_plan.models import Entry  # only once there are settings

        chosen = Entry.objects.select_related("commissioner").prefetch_related("categories")
        return chosen.order_by("-updated")[:50]

    def item_title(self, item: Any) -> str:
        return str(item.title)

    def item_description(self, item: Any) -> str:
        return str(item.said)

    def item_link(self, item: Any) -> str:
        return str(item.link)

    def item_guid(self, item: Any) -> str:
        return str(item.guid)

    def item_author_name(self, item: Any) -> str:
        return str(item.commissioner.name)

    def item_categories(self, item: Any) -> list[str]:
        return [category.name for category in item.categories.all()]

    def item_pubdate(self, item: Any) -> datetime:
        found: datetime = item.published
        return found

    def item_updateddate(self, item: Any) -> datetime:
        found: datetime = item.updated
        return found


def syndication() -> Any:
    """Make a Django site with the feed from memory at /remembered and from its database at /stored.

    It gzips as Django does, where a client takes it. It has no other middleware, and keeps its connections open.
    """
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": ITEMS.with_suffix(".db"), "CONN_MAX_AGE": None}
    settings.configure(
        ALLOWED_HOSTS=["*"],
        DATABASES={"default": database},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=["tests.benchmarks.django_plan"],
        MIDDLEWARE=["django.middleware.gzip.GZipMiddleware"],
        ROOT_URLCONF=(path("remembered", Remembered()), path("stored", Stored())),
        SECRET_KEY="for a benchmark alone",
        USE_TZ=True,
    )
    site = get_wsgi_application()
    items = json.loads(ITEMS.read_text("utf-8"))
    Remembered.kept = tuple(items)
    _fill(items)
    return site


def _fill(items: list[dict[str, Any]]) -> None:
    from django.db import connection  # only once there are settings

    from tests.benchmarks.django_plan.models import Category, Commissioner, Entry

    with connection.schema_editor() as editor:
        for model in (Commissioner, Category, Entry):
            editor.create_model(model)
    for item in items:
        entry = Entry.objects.create(
            **{name: item[name] for name in ("title", "link", "said")},
            guid=item["id"],
            commissioner=Commissioner.objects.get_or_create(name=item["author"])[0],
            published=datetime.fromisoformat(item["published"]),
            updated=datetime.fromisoformat(item["updated"]),
        )
        entry.categories.set([Category.objects.get_or_create(name=name)[0] for name in item["categories"]])
