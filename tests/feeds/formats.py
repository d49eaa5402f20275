"""What Atom (RFC 4287), RSS 2.0 and JSON Feed 1.1 ask of a document: their grammars stand beside this, in files."""

import json
from collections import Counter
from functools import cache
from pathlib import Path

from jsonschema_rs import Draft202012Validator
from lxml import etree

_HERE = Path(__file__).parent
_ATOM = "{http://www.w3.org/2005/Atom}"


def atom_faults(document: bytes) -> list[str]:
    """Return what is wrong with an Atom feed: by its grammar, else by the rules that look further than one element."""
    feed = etree.fromstring(document)
    faults = _by_grammar("atom.rng", feed)
    if faults:
        return faults
    entries = feed.findall(f"{_ATOM}entry")
    faults = [
        *(f"{_name(entry)} has no author (4.1.1)" for entry in entries if not _has_author(feed, entry)),
        *(f"{_name(entry)} has neither content nor a page (4.1.2)" for entry in entries if not _leads_on(entry)),
    ]
    for element in (feed, *entries):
        pages = Counter((link.get("type"), link.get("hreflang")) for link in _pages(element))
        faults += [f"{_name(element)} has more than one page (4.1.1)" for number in pages.values() if number > 1]
    versions = Counter((_name(entry), entry.findtext(f"{_ATOM}updated")) for entry in entries)
    return faults + _repeated(Counter({f"{name} of {at}": number for (name, at), number in versions.items()}))


def rss_faults(document: bytes) -> list[str]:
    """Return what is wrong with an RSS feed."""
    rss = etree.fromstring(document)
    guids = Counter(str(guid.text) for guid in rss.iter("guid"))
    return _by_grammar("rss.rng", rss) or _repeated(guids)


def json_faults(document: bytes) -> list[str]:
    """Return what is wrong with a JSON feed."""
    feed = json.loads(document)
    faults = [found.message for found in _json_feed().iter_errors(feed)]
    ids = Counter(item.get("id") for item in feed.get("items", ()))
    return faults + _repeated(ids)


def _by_grammar(file: str, document: etree._Element) -> list[str]:
    grammar = _grammar(file)
    grammar.validate(document)
    return [str(found.message) for found in grammar.error_log]


def _repeated(found: Counter[str]) -> list[str]:
    return [f"{name} is there twice" for name, number in found.items() if number > 1]


@cache
def _grammar(file: str) -> etree.RelaxNG:
    return etree.RelaxNG(etree.parse(_HERE / file))


@cache
def _json_feed() -> Draft202012Validator:
    return Draft202012Validator(json.loads((_HERE / "json_feed.json").read_text("utf-8")), validate_formats=True)


def _name(element: etree._Element) -> str:
    return str(element.findtext(f"{_ATOM}id"))


def _has_author(feed: etree._Element, entry: etree._Element) -> bool:
    return any(element.find(f"{_ATOM}author") is not None for element in (feed, entry))


def _leads_on(entry: etree._Element) -> bool:
    return entry.find(f"{_ATOM}content") is not None or bool(_pages(entry))


def _pages(element: etree._Element) -> list[etree._Element]:
    return [link for link in element.findall(f"{_ATOM}link") if link.get("rel", "alternate") == "alternate"]
