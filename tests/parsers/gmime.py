"""GMime, which Geary and notmuch read mail with, at its strictest: Debian's `libgmime-3.0-0`, by its C interface."""

import ctypes
from collections.abc import Iterator
from contextlib import ExitStack
from ctypes import POINTER, c_char_p, c_int, c_int64, c_size_t, c_uint, c_void_p
from dataclasses import dataclass
from datetime import UTC, datetime

from tests.parsers.c_libraries import Library

_FINDINGS = (
    "duplicated header", "duplicated parameter", "8-bit header", "invalid content type", "invalid encoded word",
    "malformed multipart", "truncated message", "malformed message", "invalid header name", "conflicting header",
    "conflicting parameter", "multipart without boundary", "invalid parameter", "invalid address list",
    "too deeply nested", "part without content", "part without headers or content",
)  # fmt: skip
"""What GMimeParserWarning counts from 1."""
_STRICT, _FROM, _TO = 1, 1, 3


class _Bytes(ctypes.Structure):
    _fields_ = (("data", c_void_p), ("length", c_uint))


_Warn = ctypes.CFUNCTYPE(None, c_int64, c_int, c_char_p, c_void_p)
_gmime = Library("libgmime-3.0.so.0", start="g_mime_init").function
_unref = Library("libgobject-2.0.so.0").function("g_object_unref", None, c_void_p)
_seconds = Library("libglib-2.0.so.0").function("g_date_time_to_unix", c_int64, c_void_p)
_new_options = _gmime("g_mime_parser_options_new", c_void_p)
_free_options = _gmime("g_mime_parser_options_free", None, c_void_p)
_set_warn = _gmime("g_mime_parser_options_set_warning_callback", None, c_void_p, _Warn, c_void_p)
_set_strictness = [
    _gmime(f"g_mime_parser_options_set_{what}_compliance_mode", None, c_void_p, c_int)
    for what in ("address", "parameter", "rfc2047")
]
_new_source = _gmime("g_mime_stream_mem_new_with_buffer", c_void_p, c_char_p, c_size_t)
_new_target = _gmime("g_mime_stream_mem_new", c_void_p)
_written = _gmime("g_mime_stream_mem_get_byte_array", POINTER(_Bytes), c_void_p)
_new_parser = _gmime("g_mime_parser_new_with_stream", c_void_p, c_void_p)
_parse = _gmime("g_mime_parser_construct_message", c_void_p, c_void_p, c_void_p)
_addresses = _gmime("g_mime_message_get_addresses", c_void_p, c_void_p, c_int)
_address_text = _gmime("internet_address_list_to_string", c_char_p, c_void_p, c_void_p, c_int)
_date = _gmime("g_mime_message_get_date", c_void_p, c_void_p)
_message_id = _gmime("g_mime_message_get_message_id", c_char_p, c_void_p)
_header_list = _gmime("g_mime_object_get_header_list", c_void_p, c_void_p)
_count_headers = _gmime("g_mime_header_list_get_count", c_int, c_void_p)
_header_at = _gmime("g_mime_header_list_get_header_at", c_void_p, c_void_p, c_int)
_header_name = _gmime("g_mime_header_get_name", c_char_p, c_void_p)
_header_value = _gmime("g_mime_header_get_value", c_char_p, c_void_p)
_new_walk = _gmime("g_mime_part_iter_new", c_void_p, c_void_p)
_current = _gmime("g_mime_part_iter_get_current", c_void_p, c_void_p)
_advance = _gmime("g_mime_part_iter_next", c_int, c_void_p)
_free_walk = _gmime("g_mime_part_iter_free", None, c_void_p)
_content_type = _gmime("g_mime_object_get_content_type", c_void_p, c_void_p)
_kind = _gmime("g_mime_content_type_get_mime_type", c_char_p, c_void_p)
_method = _gmime("g_mime_content_type_get_parameter", c_char_p, c_void_p, c_char_p)
_content = _gmime("g_mime_part_get_content", c_void_p, c_void_p)
_write_content = _gmime("g_mime_data_wrapper_write_to_stream", c_int64, c_void_p, c_void_p)


class Refused(Exception):
    """What GMime found wrong with a mail."""


@dataclass(frozen=True)
class ReadPart:
    """A part that holds no others, decoded from what it travelled as. `method`: of a calendar."""

    kind: str
    method: str
    content: bytes

    @property
    def text(self) -> str:
        """It as text. How many lines end it, nobody sees."""
        return self.content.decode().replace("\r\n", "\n").rstrip("\n")


@dataclass(frozen=True)
class ReadMail:
    """A mail as GMime has understood it."""

    sender: str
    to: str
    message_id: str
    sent_at: datetime
    headers: dict[str, str]
    parts: tuple[ReadPart, ...]


def read_mail(written: bytes) -> ReadMail:
    """Read a mail. Raises `Refused` for whatever GMime warns of."""
    found: list[str] = []
    warn = _Warn(lambda _at, kind, _what, _mine: found.append(_FINDINGS[kind - 1]))
    with ExitStack() as used:
        options = _new_options()
        used.callback(_free_options, options)
        _set_warn(options, warn, None)
        for set_strictness in _set_strictness:
            set_strictness(options, _STRICT)
        source = _new_source(written, len(written))
        used.callback(_unref, source)
        parser = _new_parser(source)
        used.callback(_unref, parser)
        message = _parse(parser, options)
        if message:
            used.callback(_unref, message)
        if found or not message:
            raise Refused(*found)
        mail = _understand(message)
    if found:
        raise Refused(*found)
    return mail


def _understand(message: int) -> ReadMail:
    sender, to = (_address_text(_addresses(message, kind), None, 0) for kind in (_FROM, _TO))
    date = _date(message)
    if None in (sender, to, date, _message_id(message)):
        raise Refused("a header that each mail must have")
    headers = _header_list(message)
    each = [_header_at(headers, number) for number in range(_count_headers(headers))]
    return ReadMail(
        sender.decode(),
        to.decode(),
        _message_id(message).decode(),
        datetime.fromtimestamp(_seconds(date), UTC),
        {_header_name(one).decode(): _header_value(one).decode() for one in each},
        tuple(_parts(message)),
    )


def _parts(message: int) -> Iterator[ReadPart]:
    walk = _new_walk(message)
    more = 1
    while more:
        part = _current(walk)
        about = _content_type(part)
        kind = _kind(about).decode()
        if not kind.startswith("multipart/"):
            yield ReadPart(kind, (_method(about, b"method") or b"").decode(), _decode(part))
        more = _advance(walk)
    _free_walk(walk)


def _decode(part: int) -> bytes:
    target = _new_target()
    _write_content(_content(part), target)
    written = _written(target).contents
    content = ctypes.string_at(written.data, written.length) if written.length else b""
    _unref(target)
    return content
