"""What the product's documents are measured against besides: nginx with files, and what a Django site says of them."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import feedparser

from tests.benchmarks.load import Running, free_port, wait_for

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
def nginx(folder: Path) -> Iterator[Running]:
    """Serve a folder's files by one process of nginx."""
    if not NGINX.exists():
        raise RuntimeError("There is no nginx to compare with: `make bench` unpacks it.")
    port = free_port()
    configuration = folder / "nginx.conf"
    configuration.write_text(CONFIGURATION.format(folder=folder, port=port), "utf-8")
    process = subprocess.Popen([str(NGINX), "-p", str(folder), "-e", "stderr", "-c", str(configuration)])
    try:
        yield wait_for(port, process)
    finally:
        process.terminate()
        process.wait(20)


def keep_items(feed: bytes, path: Path) -> None:
    """Keep what a feed says, for Django to say it."""
    entries = feedparser.parse(feed).entries
    items = [
        {
            "title": entry.title,
            "link": entry.link,
            "id": entry.id,
            "said": entry.content[0].value,
            "author": entry.author,
            "categories": [tag.term for tag in entry.tags],
            "published": entry.published,
            "updated": entry.updated,
        }
        for entry in entries
    ]
    path.write_text(json.dumps(items), "utf-8")
