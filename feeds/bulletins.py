"""A bulletin: the news of a patch in shapes that are passed on. No link in it is anybody's own."""

import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from kil_pipeline.alerts.letters import DigestItem
from kil_pipeline.plan.wordings import DISCLAIMER
from kil_pipeline.text import clean_line, shorten

LONGEST_LINE = 280
"""Characters of a line for social networks, its link included."""
WIDTH = 72
_MARKED = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~&])")


@dataclass(frozen=True)
class OwnWords:
    """What an organisation adds to a bulletin: an introduction by its paragraphs, and a note on items by their ids."""

    introduction: tuple[str, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)


NO_WORDS = OwnWords()


def bulletin_html(items: Sequence[DigestItem], address: str, own: OwnWords = NO_WORDS) -> str:
    """Return HTML to paste into a newsletter: headings, paragraphs and links, no styles."""
    parts = [f"<p>{escape(line)}</p>" for line in own.introduction]
    parts += [_item_html(item, address, own) for item in items]
    return "\n".join([*parts, f"<p><em>{escape(DISCLAIMER)}</em></p>"]) + "\n"


def bulletin_text(items: Sequence[DigestItem], address: str, own: OwnWords = NO_WORDS) -> str:
    """Return plain text, lines of at most `WIDTH` characters but for links."""
    parts = [_wrap(line) for line in own.introduction]
    parts += ["\n".join(_item_text(item, address, own)) for item in items]
    return "\n\n".join([*parts, _wrap(f"Please note: {DISCLAIMER}")]) + "\n"


def bulletin_markdown(items: Sequence[DigestItem], address: str, own: OwnWords = NO_WORDS) -> str:
    """Return Markdown (CommonMark); what stands in the plan is escaped."""
    parts = [_mark(line) for line in own.introduction]
    parts += ["\n\n".join(_item_markdown(item, address, own)) for item in items]
    return "\n\n".join([*parts, f"*{_mark(DISCLAIMER)}*"]) + "\n"


def bulletin_lines(items: Sequence[DigestItem], address: str) -> tuple[str, ...]:
    """Return one line for each item, of at most `LONGEST_LINE` characters, its link at the end."""
    return tuple(_line(item, address) for item in items)


def _line(item: DigestItem, address: str) -> str:
    link = address + item.path
    room = LONGEST_LINE - len(link) - 1
    said = f"{_headline(item)} ({clean_line(item.commissioner_name)}). {clean_line(item.can_we_go)}."
    return f"{shorten(said, room)} {link}"


def _headline(item: DigestItem) -> str:
    title = clean_line(item.title)
    return f"{clean_line(item.news)}: {title}" if item.news else title


def _told(item: DigestItem, own: OwnWords) -> list[tuple[str, str]]:
    """Return what is said of an item: each line with its label."""
    rows = [("", own.notes.get(item.subject_id, ""))]
    rows += [("Can we go for it?", item.can_we_go), ("What to do now:", item.what_to_do)]
    rows += [("", sentence) for sentence in item.sentences]
    rows += [("The reason given:", item.why), ("From:", item.commissioner_name)]
    return [(label, clean_line(text)) for label, text in rows if text]


def _item_html(item: DigestItem, address: str, own: OwnWords) -> str:
    link = escape(address + item.path)
    rows = [
        f"<p>{f'<strong>{escape(label)}</strong> ' if label else ''}{escape(text)}</p>"
        for label, text in _told(item, own)
    ]
    return "\n".join([f'<h3><a href="{link}">{escape(_headline(item))}</a></h3>', *rows])


def _item_text(item: DigestItem, address: str, own: OwnWords) -> list[str]:
    rows = [_wrap(f"{label} {text}".strip()) for label, text in _told(item, own)]
    return [_wrap(_headline(item).upper()), *rows, address + item.path]


def _item_markdown(item: DigestItem, address: str, own: OwnWords) -> list[str]:
    rows = [f"**{label}** {_mark(text)}" if label else _mark(text) for label, text in _told(item, own)]
    return [f"### [{_mark(_headline(item))}]({address}{item.path})", *rows]


def _mark(text: str) -> str:
    return _MARKED.sub(r"\\\1", text)


def _wrap(text: str) -> str:
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)
