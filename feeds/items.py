"""One item of a feed, whatever it tells of, and the lines that it is written in: as HTML and as plain text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape


@dataclass(frozen=True)
class FeedItem:
    """One item of a feed, ready for every format. All text is plain but `html`."""

    id: str
    """A tag: URI (RFC 4151) that never changes."""
    title: str
    url: str
    html: str
    text: str
    author: str
    categories: tuple[str, ...]
    published_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class Line:
    """A label and what is said under it; a label alone is a heading, and no label makes a plain paragraph."""

    label: str
    said: str = ""

    @property
    def lead(self) -> str:
        """The label as it stands in front."""
        plain = not self.label or not self.said or self.label.endswith("?")
        return self.label if plain else f"{self.label}:"

    @property
    def text(self) -> str:
        """The line as plain text."""
        return f"{self.lead} {self.said}".strip()

    @property
    def html(self) -> str:
        """The line as HTML."""
        if not self.said:
            return f"<h2>{escape(self.label)}</h2>"
        lead = f"<strong>{escape(self.lead)}</strong> " if self.label else ""
        return f"<p>{lead}{escape(self.said).replace(chr(10), '<br>')}</p>"


def as_html(lines: Sequence[Line]) -> str:
    """Return lines as HTML."""
    return "".join(line.html for line in lines)


def as_text(lines: Sequence[Line]) -> str:
    """Return lines as plain text, a blank line between each."""
    return "\n\n".join(line.text for line in lines)
