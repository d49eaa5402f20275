"""Feeds and calendars answered before the framework is entered.

A document is rendered once for each public version, and kept as bytes with its headers. Every answer, the first one
too, is made from what is kept: cold and warm answers cannot differ.
"""

import gzip
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from flask import Flask
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

from kil_pipeline.database import Database
from web.context import Context
from web.queries import PARAMETERS

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
WSGIApp = Callable[[Environ, StartResponse], Iterable[bytes]]
PATHS = ("/feeds/", "/calendars/")
KNOWN = {*PARAMETERS, "page", "order", "archive"}
MOST_BYTES = 64 * 1024 * 1024
IN_304 = {"etag", "cache-control", "vary", "access-control-allow-origin"}
"""What a 304 carries (RFC 9110, 15.4.5); the client keeps the rest from the answer that it has."""
VERSION = "SELECT n FROM log_head WHERE id = 1"


@dataclass(frozen=True)
class Document:
    """A rendered document. `headers`: without those that depend on the request."""

    status: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    packed: bytes
    """The body, gzipped; empty where that would not be smaller."""
    etag: str
    """Of the plain body, without quotes and without the mark of an encoding; empty for what is not to be kept."""
    modified: str

    @property
    def lasts(self) -> bool:
        """Whether it is good for as long as the public version stays: an error is not."""
        return self.status.startswith("200") and bool(self.etag)

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
        if not (self.packed and self.lasts):
            return self.plain
        return self._sendable(self.packed, f'"{self.etag}-gzip"', ("Content-Encoding", "gzip"))

    def _sendable(self, body: bytes, etag: str, *more: tuple[str, str]) -> "Sendable":
        headers = list(self.headers)
        if self.etag:
            headers.append(("ETag", etag))
        if self.modified:
            headers.append(("Last-Modified", self.modified))
        unchanged = [(name, value) for name, value in headers if name.lower() in IN_304]
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
            return self._kept.cursor.execute(VERSION).fetchone()[0]  # type: ignore[no-any-return]  # the driver's
        except Exception:  # the first question of a thread, or a connection that broke
            self.close()
            return self._open().execute(VERSION).fetchone()[0]  # type: ignore[no-any-return]  # the driver's

    def close(self) -> None:
        """Close the connection of this thread; the next question opens another."""
        connection = getattr(self._kept, "connection", None)
        self._kept.connection = self._kept.cursor = None
        if connection is not None:
            connection.close()

    def _open(self) -> Any:
        connection = self._database.engine.raw_connection()
        raw = connection.driver_connection
        assert raw is not None  # a raw connection has just been made
        connection.detach()  # from here on the pool's wrapper knows the connection no more
        if not self._database.sqlite:
            raw.autocommit = True  # without it the first question would hold one state of the database for ever
        self._kept.connection, self._kept.cursor = raw, raw.cursor()
        return self._kept.cursor


class WarmDocuments:
    """The layer: bounded in bytes, least recently asked for out first. Safe for threads."""

    def __init__(self, app: WSGIApp, version: Callable[[], int], most_bytes: int = MOST_BYTES) -> None:
        self._app, self._version, self._most = app, version, most_bytes
        self._kept: OrderedDict[tuple[str, str], tuple[int, Document]] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a feed or calendar from what is kept; hand everything else on."""
        if not environ["PATH_INFO"].startswith(PATHS) or environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return self._app(environ, start_response)
        try:
            version = self._version()
        except Exception:  # whatever a driver raises: the application says what is wrong, in words
            return self._app(environ, start_response)
        query = known_parameters(environ.get("QUERY_STRING", ""))
        key = (environ["PATH_INFO"], query)
        document = self._find(key, version)
        if document is None:
            document = render({**environ, "QUERY_STRING": query}, self._app)
            if document.lasts:
                self._keep(key, version, document)
        return answer(document, environ, start_response)

    def _find(self, key: tuple[str, str], version: int) -> Document | None:
        with self._lock:
            kept = self._kept.get(key)
            if kept is None or kept[0] != version:
                return None
            self._kept.move_to_end(key)
            return kept[1]

    def _keep(self, key: tuple[str, str], version: int, document: Document) -> None:
        with self._lock:
            old = self._kept.pop(key, None)
            self._size += document.size - (old[1].size if old else 0)
            self._kept[key] = (version, document)
            while self._size > self._most and len(self._kept) > 1:
                _, (_, dropped) = self._kept.popitem(last=False)
                self._size -= dropped.size


@lru_cache(maxsize=1000)
def known_parameters(query: str) -> str:
    """Return a query string without what no feed reads (utm_…): it would keep one document under endless names.

    What is left is both what a document is kept under and what it is rendered from, so that these cannot part.
    """
    return "&".join(part for part in query.split("&") if part.partition("=")[0] in KNOWN)


def render(environ: Environ, app: WSGIApp) -> Document:
    """Ask the application for the whole document, whatever this request wants of it."""
    caught: list[tuple[str, list[tuple[str, str]]]] = []
    dropped = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_ACCEPT_ENCODING", "HTTP_RANGE", "HTTP_COOKIE")
    plain = {name: value for name, value in environ.items() if name not in dropped}
    plain["REQUEST_METHOD"] = "GET"

    def catch(status: str, headers: list[tuple[str, str]], *rest: object) -> Callable[[bytes], None]:
        caught.append((status, headers))
        return lambda body: None

    parts = app(plain, catch)
    try:
        body = b"".join(parts)
    finally:
        close = getattr(parts, "close", None)
        if close is not None:
            close()
    return make_document(*caught[-1], body)


def make_document(status: str, headers: list[tuple[str, str]], body: bytes) -> Document:
    """Return an application's answer without what belongs to one request: its date and its length."""
    apart = {"etag", "last-modified", "content-length", "date"}
    found = {name.lower(): value for name, value in headers}
    packed = gzip.compress(body, 6, mtime=0)
    return Document(
        status=status,
        headers=tuple((name, value) for name, value in headers if name.lower() not in apart),
        body=body,
        packed=packed if len(packed) < len(body) else b"",
        etag=found.get("etag", "").strip('"'),
        modified=found.get("last-modified", ""),
    )


def answer(document: Document, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Answer one request with a document: 304 where the client has it, gzipped where the client takes it."""
    sendable = document.zipped if takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")) else document.plain
    if _unchanged(document, environ):
        start_response("304 Not Modified", sendable.unchanged)
        return []
    start_response(document.status, sendable.headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else sendable.body


@lru_cache(maxsize=256)
def takes_gzip(accepted: str) -> bool:
    """Tell whether a client takes gzip, by its Accept-Encoding (RFC 9110, 12.5.3)."""
    return parse_accept_header(accepted, Accept).quality("gzip") > 0


def _unchanged(document: Document, environ: Environ) -> bool:
    """Tell whether the client has this very document (RFC 9110, 13.2.2: If-None-Match wins)."""
    if not document.lasts:
        return False
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
