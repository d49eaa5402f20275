"""Feeds and calendars answered before the framework is entered.

A document is rendered once for each public version, and kept as bytes with its headers. Every answer, the first one
too, is made from what is kept: cold and warm answers cannot differ.
"""

import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask import Flask

from kil_pipeline.database import Database
from web.context import Context

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
WSGIApp = Callable[[Environ, StartResponse], Iterable[bytes]]
PATHS = ("/feeds/", "/calendars/")
MOST_BYTES = 64 * 1024 * 1024
NOT_IN_304 = {"content-type", "content-length", "content-encoding"}


@dataclass(frozen=True)
class Document:
    """A rendered document. `headers`: without those that depend on the request."""

    status: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    packed: bytes
    """The body, gzipped; empty where that would not be smaller."""
    etag: str
    """Of the plain body, without quotes and without the mark of an encoding."""
    modified: str

    @property
    def size(self) -> int:
        """Bytes that keeping it takes."""
        return len(self.body) + len(self.packed) + 1000

    @cached_property
    def plain(self) -> "Sendable":
        """What goes to a client that takes no gzip."""
        return self._sendable(self.body, f'"{self.etag}"')

    @cached_property
    def zipped(self) -> "Sendable":
        """What goes to a client that takes gzip."""
        if not self.packed:
            return self.plain
        return self._sendable(self.packed, f'"{self.etag}-gzip"', ("Content-Encoding", "gzip"))

    def _sendable(self, body: bytes, etag: str, *more: tuple[str, str]) -> "Sendable":
        headers = [*self.headers, ("ETag", etag)]
        if self.modified:
            headers.append(("Last-Modified", self.modified))
        unchanged = [(name, value) for name, value in headers if name.lower() not in NOT_IN_304]
        return Sendable([body], [*headers, *more, ("Content-Length", str(len(body)))], unchanged)


class Sendable(NamedTuple):
    """A document in one encoding, made once so that an answer costs next to nothing."""

    body: list[bytes]
    headers: list[tuple[str, str]]
    unchanged: list[tuple[str, str]]
    """The headers of a 304."""


def warm(app: Flask, parts: Context) -> WSGIApp:
    """Put the layer in front of an application."""
    return WarmDocuments(app, PublicVersionReader(parts.database).read)


class PublicVersionReader:
    """Reads the number of the public version: one row by its primary key, on a connection kept for each thread."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept = threading.local()

    def read(self) -> int:
        """Return the number. A connection that broke is opened anew, once."""
        try:
            return self._ask()
        except Exception:
            self._drop()
            return self._ask()

    def _ask(self) -> int:
        cursor = getattr(self._kept, "cursor", None)
        if cursor is None:
            connection = self._database.engine.raw_connection()
            raw = connection.driver_connection
            assert raw is not None  # a raw connection has just been made
            connection.detach()  # from here on the pool's wrapper knows the connection no more
            if not self._database.sqlite:
                raw.autocommit = True  # without it the first question would hold one state of the database for ever
            self._kept.connection, self._kept.cursor = raw, raw.cursor()
            cursor = self._kept.cursor
        cursor.execute("SELECT n FROM log_head WHERE id = 1")
        return int(cursor.fetchone()[0])

    def _drop(self) -> None:
        connection = getattr(self._kept, "connection", None)
        if connection is not None:
            connection.close()
        self._kept.connection = self._kept.cursor = None


class WarmDocuments:
    """The layer: bounded in bytes, least recently asked for out first."""

    def __init__(self, app: WSGIApp, version: Callable[[], int], most_bytes: int = MOST_BYTES) -> None:
        self._app, self._version, self._most = app, version, most_bytes
        self._kept: OrderedDict[tuple[str, str], tuple[int, Document]] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a feed or calendar from what is kept; hand everything else on."""
        if not environ["PATH_INFO"].startswith(PATHS) or environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return self._app(environ, start_response)
        key = (environ["PATH_INFO"], environ.get("QUERY_STRING", ""))
        try:
            version = self._version()
        except sa.exc.SQLAlchemyError:
            return self._app(environ, start_response)
        kept = self._kept.get(key)
        if kept is None or kept[0] != version:
            document = self._render(environ)
            if document is None or not document.status.startswith("200"):
                return self._app(environ, start_response)
            self._keep(key, version, document)
        else:
            document = kept[1]
        return answer(document, environ, start_response)

    def _keep(self, key: tuple[str, str], version: int, document: Document) -> None:
        with self._lock:
            old = self._kept.pop(key, None)
            self._size += document.size - (old[1].size if old else 0)
            self._kept[key] = (version, document)
            while self._size > self._most and len(self._kept) > 1:
                _, (_, dropped) = self._kept.popitem(last=False)
                self._size -= dropped.size

    def _render(self, environ: Environ) -> Document | None:
        """Ask the application for the whole document, whatever this request wants of it."""
        caught: list[tuple[str, list[tuple[str, str]]]] = []
        dropped = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_ACCEPT_ENCODING", "HTTP_RANGE", "HTTP_COOKIE")
        plain = {name: value for name, value in environ.items() if name not in dropped}
        plain["REQUEST_METHOD"] = "GET"

        def catch(status: str, headers: list[tuple[str, str]], *rest: object) -> Callable[[bytes], None]:
            caught.append((status, headers))
            return lambda body: None

        parts = self._app(plain, catch)
        try:
            body = b"".join(parts)
        finally:
            close = getattr(parts, "close", None)
            if close is not None:
                close()
        return make_document(*caught[0], body) if caught else None


def make_document(status: str, headers: list[tuple[str, str]], body: bytes) -> Document:
    """Return what is kept of an application's answer."""
    apart = {"etag", "last-modified", "content-length"}
    found = {name.lower(): value for name, value in headers}
    packed = gzip.compress(body, 6, mtime=0)
    return Document(
        status=status,
        headers=tuple((name, value) for name, value in headers if name.lower() not in apart),
        body=body,
        packed=packed if len(packed) < len(body) else b"",
        etag=hashlib.sha256(body).hexdigest()[:32],
        modified=found.get("last-modified", ""),
    )


def answer(document: Document, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Answer one request with a document: 304 where the client has it, gzipped where the client takes it."""
    sendable = document.zipped if _takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")) else document.plain
    if _unchanged(document, environ):
        start_response("304 Not Modified", sendable.unchanged)
        return []
    start_response(document.status, sendable.headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else sendable.body


@lru_cache(maxsize=100)
def _takes_gzip(accepted: str) -> bool:
    for part in accepted.lower().split(","):
        name, _, quality = part.strip().partition(";")
        if name.strip() in ("gzip", "*"):
            return quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def _unchanged(document: Document, environ: Environ) -> bool:
    """Tell whether the client has this very document (RFC 9110, 13.2.2: If-None-Match wins)."""
    wanted = environ.get("HTTP_IF_NONE_MATCH")
    if wanted is not None:
        tags = _read_tags(wanted)
        return document.etag in tags or "*" in tags
    since = environ.get("HTTP_IF_MODIFIED_SINCE")
    if not since or not document.modified:
        return False
    try:
        return parsedate_to_datetime(document.modified) <= parsedate_to_datetime(since)
    except (TypeError, ValueError):
        return False


@lru_cache(maxsize=1000)
def _read_tags(wanted: str) -> frozenset[str]:
    """Read an If-None-Match: the marks without quotes, weakness and encoding."""
    return frozenset(tag.strip().removeprefix("W/").strip('"').removesuffix("-gzip") for tag in wanted.split(","))
