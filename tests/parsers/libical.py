"""libical, which GNOME and KDE read calendars with: Debian's `libical3`, by its C interface."""

from collections.abc import Callable, Iterator
from ctypes import c_char_p, c_int, c_void_p
from typing import Any

from tests.parsers.c_libraries import Library
from tests.parsers.calendars import ReadCalendar, Refused

_ANY_PROPERTY, _ANY_COMPONENT = 0, 1
_PARAMETERS = ("CN", "CUTYPE", "PARTSTAT", "ROLE", "RSVP")
_libical = Library("libical.so.3").function
_parse = _libical("icalparser_parse_string", c_void_p, c_char_p)
_free = _libical("icalcomponent_free", None, c_void_p)
_check = _libical("icalrestriction_check", c_int, c_void_p)
_kind = _libical("icalcomponent_isa", c_int, c_void_p)
_kind_name = _libical("icalcomponent_kind_to_string", c_char_p, c_int)
_first_component = _libical("icalcomponent_get_first_component", c_void_p, c_void_p, c_int)
_next_component = _libical("icalcomponent_get_next_component", c_void_p, c_void_p, c_int)
_first_property = _libical("icalcomponent_get_first_property", c_void_p, c_void_p, c_int)
_next_property = _libical("icalcomponent_get_next_property", c_void_p, c_void_p, c_int)
_property_name = _libical("icalproperty_get_property_name", c_char_p, c_void_p)
_parameter = _libical("icalproperty_get_parameter_as_string", c_char_p, c_void_p, c_char_p)
_value = _libical("icalproperty_get_value", c_void_p, c_void_p)
_value_kind = _libical("icalvalue_isa", c_int, c_void_p)
_value_kind_name = _libical("icalvalue_kind_to_string", c_char_p, c_int)
_as_written = _libical("icalvalue_as_ical_string", c_char_p, c_void_p)
_TEXTS = {
    b"TEXT": _libical("icalvalue_get_text", c_char_p, c_void_p),
    b"X": _libical("icalvalue_get_x", c_char_p, c_void_p),
}


def read_libical(calendar: bytes) -> ReadCalendar:
    """Read a calendar. Raises `Refused` for a line that is none, and for what RFC 5545 or RFC 5546 does not allow."""
    root = _parse(calendar)
    if b"\0" in calendar or not root:  # C would read up to the NUL
        raise Refused("It is not a calendar")
    try:
        allowed = _check(root)
        components = [root, *_walk(root, _ANY_COMPONENT, _first_component, _next_component)]
        parts = [list(_pairs(component)) for component in components]
        kinds = [_kind_name(_kind(component)).decode() for component in components]
    finally:
        _free(root)
    wrong = [value for part in parts for name, value in part if name == "X-LIC-ERROR"]
    if wrong or not allowed:
        raise Refused(*wrong)
    return ReadCalendar.of(kinds, parts)


def _pairs(component: int) -> Iterator[tuple[str, str]]:
    for one in _walk(component, _ANY_PROPERTY, _first_property, _next_property):
        name, value = _property_name(one).decode(), _value(one)
        decode = _TEXTS.get(_value_kind_name(_value_kind(value)), _as_written)
        yield name, decode(value).decode()
        found = ((parameter, _parameter(one, parameter.encode())) for parameter in _PARAMETERS)
        yield from ((f"{name};{parameter}", said.decode()) for parameter, said in found if said is not None)


def _walk(parent: int, kind: int, first: Callable[..., Any], following: Callable[..., Any]) -> Iterator[int]:
    found = first(parent, kind)
    while found:
        yield found
        found = following(parent, kind)
