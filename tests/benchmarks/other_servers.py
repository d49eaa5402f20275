"""What the product's documents are measured against besides: nginx with files, and Django's syndication framework."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import feedparser

from tests.benchmarks.load import free_port, wait_for

SERVERS = Path(__file__).resolve().parents[2] / ".venv/servers"
"""Where `make bench` unpacks Debian's packages."""
NGINX = SERVERS / "nginx/usr/sbin/nginx"
CONFIGURATION = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr crit;
events {{ worker_connections 512; }}
http {{
  access_log off;
  sendfile on;
  keepalive_requests 1000000;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{port}; root {folder}; open_file_cache max=100; }}
}}
"""


@contextmanager
def nginx(folder: Path) -> Iterator[int]:
    """Serve a folder's files by one process of nginx. Yields the port."""
    if not NGINX.exists():
        raise RuntimeError("There is no nginx to compare with: `make bench` unpacks it.")
    port = free_port()
    configuration = folder / "nginx.conf"
    configuration.write_text(CONFIGURATION.format(folder=folder, port=port), "utf-8")
    process = subprocess.Popen([str(NGINX), "-p", str(folder), "-e", "stderr", "-c", str(configuration)])
    try:
        wait_for(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def keep_items(feed: bytes, path: Path) -> None:
    """Keep what a feed says, for Django to say it."""
    entries = feedparser.parse(feed).entries
    items = [{"title": e.title, "link": e.link, "id": e.id, "said": e.content[0].value} for e in entries]
    path.write_text(json.dumps(items), "utf-8")


def syndication() -> Any:
    """Make a Django site with one feed, of items that it has in memory: it need not even ask a database."""
    from django.conf import settings
    from django.contrib.syndication.views import Feed
    from django.core.wsgi import get_wsgi_application
    from django.urls import path
    from django.utils.feedgenerator import Atom1Feed

    items = json.loads(Path(os.environ["KIL_BENCH_ITEMS"]).read_text("utf-8"))

    class Plan(Feed):  # type: ignore[misc]  # Django is not typed
        feed_type, title, link, subtitle = Atom1Feed, "Plan", "/", "Planned opportunities"

        def items(self) -> Any:
            return items

        def item_title(self, item: Any) -> str:
            return str(item["title"])

        def item_description(self, item: Any) -> str:
            return str(item["said"])

        def item_link(self, item: Any) -> str:
            return str(item["link"])

        def item_guid(self, item: Any) -> str:
            return str(item["id"])

    settings.configure(
        ALLOWED_HOSTS=["*"], ROOT_URLCONF=(path("feed", Plan()),), SECRET_KEY="for a benchmark alone", USE_TZ=True
    )
    return get_wsgi_application()
