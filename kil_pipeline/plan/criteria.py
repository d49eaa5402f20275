"""What a reader asks for: the same criteria select pages, feeds, calendars and mail."""

import json
from dataclasses import dataclass, fields, replace

from kil_pipeline.codec import to_json


@dataclass(frozen=True)
class Criteria:
    """A choice from the plan. An empty part means "any"; values of one part are alternatives, parts add up."""

    words: str = ""
    """As a reader types them: words, "phrases", -minus (see `text.parse_query`)."""
    areas: tuple[str, ...] = ()
    """Area codes. Each also finds what lies in it, and what contains it."""
    themes: tuple[str, ...] = ()
    commissioners: tuple[str, ...] = ()
    """Slugs."""
    routes: tuple[str, ...] = ()
    chances: tuple[str, ...] = ()
    """Answers to "Can we go for it?": see `plan.advice.CHANCES`."""
    statuses: tuple[str, ...] = ()
    cpv: tuple[str, ...] = ()
    """CPV codes of 8 digits; a code with trailing zeros also finds what lies below it."""
    references: tuple[str, ...] = ()
    """References of single entries: how one planned opportunity is followed."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, tuple):
                object.__setattr__(self, field.name, tuple(sorted(set(value))))
        object.__setattr__(self, "words", " ".join(self.words.split()))

    def canonical(self) -> str:
        """Return the one text that equal criteria share: the key under which they are stored and cached."""
        return json.dumps(to_json(self), sort_keys=True, ensure_ascii=False)

    def everything(self) -> bool:
        """Tell whether nothing is filtered."""
        return self == Criteria()

    def without_words(self) -> "Criteria":
        """Return the same criteria for any words."""
        return replace(self, words="")
