"""Digests: what many readers are told alike is written and encoded once, and put together for each of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from jinja2 import Environment

from feeds import mail_texts
from feeds.mail_parts import Part, all_fit, fits, make_part, slot
from kil_pipeline.alerts.letters import DigestItem, DigestLetter, Encoded, Frequency, Message, what_it_says
from kil_pipeline.text import clean_line, shorten

LONGEST_SUBJECT = 110
"""Characters: phones show about 40 of them, so what matters stands first."""
MOST_IN_FULL = 30
"""Items told in full. The rest are listed with their links: Gmail cuts a mail off at 102 kB."""
MOST_PARTS = 4000
"""Items kept as they were written: some 15 kB each at most, the oldest out first."""
MOST_FRAMES = 500
MOST_ALIKE = 200
"""Whole digests kept, for all who are told the same."""

_Said = tuple[Any, ...]
_HERE = "<!-- items -->"
"""Where the template has them."""


@dataclass(frozen=True)
class _Frame:
    """What stands before and after the items. Its slots: the path that unsubscribes, the one that changes things."""

    text: tuple[Part, Part]
    html: tuple[Part, Part]


@dataclass(frozen=True)
class _Digest:
    """A digest as all its readers get it. Its slots: those of the frame, then one for each item's own link."""

    subject: str
    text: Part
    html: Part


class DigestWriter:
    """Writes digests. Safe for threads."""

    def __init__(self, templates: Environment, site_name: str, address: str) -> None:
        self._templates, self._site_name, self._address = templates, site_name, address
        self._clean = lru_cache(MOST_PARTS)(_clean)
        self._text = lru_cache(MOST_PARTS)(self._write_text)
        self._html = lru_cache(MOST_PARTS)(self._write_html)
        self._frame = lru_cache(MOST_FRAMES)(self._write_frame)
        self._digest = lru_cache(MOST_ALIKE)(self._write_digest)

    def write(self, letter: DigestLetter, headers: tuple[tuple[str, str], ...]) -> Message:
        """Return the message of a digest."""
        own = [item.mute_path for item in letter.items]
        values = (letter.unsubscribe_path, letter.manage_path, *own)
        stand_ins = _slots(tuple(map(len, values))) if all_fit(values) else _stand_ins(values)
        digest = self._digest(letter.frequency, tuple(map(what_it_says, letter.items)), stand_ins)
        return Message(
            subject=digest.subject,
            text=digest.text.text(values),
            html=digest.html.text(values),
            headers=headers,
            encoded=Encoded(digest.text.encoded(values), digest.html.encoded(values)),
        )

    def _write_digest(self, frequency: Frequency, said: tuple[_Said, ...], stand_ins: tuple[str, ...]) -> _Digest:
        items = [self._clean(one) for one in said]
        frame = self._frame(write_intro(items), frequency, said[0], said[MOST_IN_FULL:], *stand_ins[:2])
        text, html = [frame.text[0]], [frame.html[0]]
        for place, (one, stand_in) in enumerate(zip(said[:MOST_IN_FULL], stand_ins[2:], strict=False)):
            text.append(self._text(place, one, stand_in))
            html.append(self._html(place, one, stand_in))
        text.append(frame.text[1])
        html.append(frame.html[1])
        return _Digest(write_subject(items), Part.joined(text), Part.joined(html))

    def _write_text(self, place: int, said: _Said, mute_path: str) -> Part:
        item = replace(self._clean(said), mute_path=mute_path)
        return make_part(mail_texts.write_digest_item(place + 1, item, self._address) + "\n\n", {place + 2: mute_path})

    def _write_html(self, place: int, said: _Said, mute_path: str) -> Part:
        item = replace(self._clean(said), mute_path=mute_path)
        page = self._templates.get_template("mail/digest_item.html")
        return make_part(page.render(item=item) + "\n", {place + 2: mute_path})

    def _write_frame(
        self, intro: str, frequency: Frequency, first: _Said, rest: tuple[_Said, ...], unsubscribe: str, manage: str
    ) -> _Frame:
        slots, others = {0: unsubscribe, 1: manage}, [self._clean(one) for one in rest]
        ending = mail_texts.write_digest_end(others, frequency, self._site_name, self._address, unsubscribe, manage)
        page = self._templates.get_template("mail/digest.html").render(
            intro=intro,
            first=self._clean(first),
            rest=others,
            how_often=frequency.label,
            unsubscribe_path=unsubscribe,
            manage_path=manage,
        )
        before, after = page.split(_HERE + "\n")
        return _Frame(
            text=(make_part(mail_texts.write_digest_start(intro) + "\n\n"), make_part(ending, slots)),
            html=(make_part(before), make_part(after + "\n", slots)),
        )


def _clean(said: _Said) -> DigestItem:
    return clean_item(DigestItem(*said))


@lru_cache(1000)
def _slots(lengths: tuple[int, ...]) -> tuple[str, ...]:
    """Return what stands for values of these lengths, all of which fit."""
    return _stand_ins(["x" * length for length in lengths])


def _stand_ins(values: Sequence[str]) -> tuple[str, ...]:
    """Return what stands for the two paths of the frame, and for each item's own."""
    return tuple(_stand_in(number if number < 2 else 0, value) for number, value in enumerate(values))


def _stand_in(number: int, value: str) -> str:
    """Return what stands for a value: a slot, or the value itself where it is none for a slot."""
    return slot(number, value) if fits(value) else value


def write_subject(items: Sequence[DigestItem]) -> str:
    """Return the subject of a digest: what matters most, in words. Never more than `LONGEST_SUBJECT` characters."""
    news = {item.news for item in items}
    first = f"{items[0].news}: {items[0].title}" if items[0].news else items[0].title
    if len(items) == 1:
        line = first
    elif news == {"New"}:
        line = f"{len(items)} new {nouns(items)}: {_titles(items)}"
    elif all(item.news.startswith("Moved") for item in items):
        line = f"{len(items)} {nouns(items)} moved: {_titles(items)}"
    elif len(news) == 1 and items[0].news:
        line = f"{items[0].news} ({len(items)}): {_titles(items)}"
    else:
        more = f", and {len(items) - 1} more"
        line = shorten(first, LONGEST_SUBJECT - len(more)) + more
    return shorten(clean_line(line), LONGEST_SUBJECT)


def write_intro(items: Sequence[DigestItem]) -> str:
    """Return the first sentence of a digest."""
    number = "One" if len(items) == 1 else str(len(items))
    return f"News of what you follow: {number.lower()} {nouns(items)}, most urgent first."


def nouns(items: Sequence[DigestItem]) -> str:
    """Return what items are, in words."""
    kinds = {item.subject for item in items}
    noun = {"entry": "planned opportunit", "session": "session"}.get(kinds.pop() if len(kinds) == 1 else "", "thing")
    if noun.endswith("opportunit"):
        return noun + ("y" if len(items) == 1 else "ies")
    return noun + ("" if len(items) == 1 else "s")


def _titles(items: Sequence[DigestItem]) -> str:
    return "; ".join(item.title for item in items)


def clean_item(item: DigestItem) -> DigestItem:
    """Return an item as it may stand in a mail: each text is one line."""
    return replace(
        item,
        title=clean_line(item.title),
        commissioner_name=clean_line(item.commissioner_name),
        can_we_go=clean_line(item.can_we_go),
        what_to_do=clean_line(item.what_to_do),
        sentences=tuple(clean_line(sentence) for sentence in item.sentences),
        why=clean_line(item.why),
        because=clean_line(item.because),
        news=clean_line(item.news),
    )
