"""The plain text of each mail: written for people who read plain text, not stripped from the HTML.

Lines are at most `WIDTH` characters, except a link, which stands whole on a line of its own.
"""

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from kil_pipeline.alerts.letters import (
    AddressChangeLetter,
    ConfirmationLetter,
    DigestItem,
    DigestLetter,
    Frequency,
    NoticeLetter,
    OutlookItem,
    OutlookLetter,
    SignInLetter,
)
from kil_pipeline.plan.wordings import DISCLAIMER

WIDTH = 72


def write_digest_start(intro: str) -> str:
    """Return what a digest's text begins with."""
    return _wrap(intro)


def write_digest_item(number: int, item: DigestItem, address: str) -> str:
    """Return one item, told in full."""
    return "\n".join(_item_lines(number, item, address))


def write_digest_end(
    rest: Sequence[DigestItem],
    frequency: Frequency,
    site_name: str,
    address: str,
    unsubscribe_path: str,
    manage_path: str,
) -> str:
    """Return what comes after the items: the `rest` are listed."""
    parts = []
    if rest:
        parts.append(_wrap("And also:"))
        parts += [f"{_wrap(item.title, '  ')}\n  {address}{item.path}" for item in rest]
    parts += [
        _wrap(f"Please note: {DISCLAIMER}"),
        _wrap(f"This email is from {site_name}. How often: {frequency.label}."),
        "Change what you get:\n" + address + manage_path,
        "Stop all emails (unsubscribe):\n" + address + unsubscribe_path,
    ]
    return _join(parts)


def write_bulletin(letter: DigestLetter, bulletin: str, intro: str, address: str) -> str:
    """Return the text of a bulletin: what may be passed on stands between two lines, alone."""
    return _join(
        [
            _wrap(intro),
            *[f"{_wrap(words)}\n{address}{path}" for words, path in shapes_of(letter)],
            _wrap("What stands between the lines is yours to pass on."),
            "-" * WIDTH + "\n\n" + bulletin + "\n" + "-" * WIDTH,
            _wrap(f"Do not pass on what follows: these links are yours. How often: {letter.frequency.label}."),
            "Change what you get:\n" + address + letter.manage_path,
            "Stop all emails (unsubscribe):\n" + address + letter.unsubscribe_path,
        ]
    )


def write_list_bulletin(letter: NoticeLetter, bulletin: str, address: str) -> str:
    """Return the text of a bulletin to an organisation's own list."""
    links = [f"{words}:\n{address}{path}" for words, path in letter.buttons]
    return _join([_wrap(f"The bulletin of {letter.heading}"), bulletin.rstrip(), "-" * WIDTH, *links])


def shapes_of(letter: DigestLetter) -> list[tuple[str, str]]:
    """Return the links of a bulletin to its other shapes, with their words."""
    if len(letter.shapes) <= 1:
        return [("Other shapes, to copy:", path) for _, path in letter.shapes or (("", "/bulletins"),)]
    return [(f"Other shapes, to copy, of {words}:", path) for words, path in letter.shapes]


def write_outlook(letter: OutlookLetter, intro: str, site_name: str, address: str) -> str:
    """Return the text of an outlook."""
    parts = [_wrap(intro)]
    for quarter in letter.quarters:
        parts.append(f"{quarter.name.upper()}\n{'=' * len(quarter.name)}")
        parts += ["\n".join(_outlook_lines(item, address)) for item in quarter.items]
    return _join(
        [
            *parts,
            _wrap(f"Please note: {DISCLAIMER}"),
            _wrap(f"This email is from {site_name}. It comes once a week, because you asked for it."),
            "Change what you get:\n" + address + letter.manage_path,
            "Stop all emails (unsubscribe):\n" + address + letter.unsubscribe_path,
        ]
    )


def _outlook_lines(item: OutlookItem, address: str) -> Iterator[str]:
    yield _bullet(f"{item.title} ({item.commissioner_name})")
    if item.when:
        yield _wrap(f"Opens: {item.when}", "  ")
    yield _wrap(f"Can we go for it? {item.can_we_go}", "  ")
    yield _wrap(f"What to do now: {item.what_to_do}", "  ")
    yield f"  {address}{item.path}"


def write_confirmation(letter: ConfirmationLetter, site_name: str, address: str) -> str:
    """Return the text of the mail that asks for confirmation."""
    return _join(
        [
            "Hello,",
            _wrap(f"Somebody, we hope you, asked us to send alerts from {site_name} to this address. They asked for:"),
            "\n".join(_bullet(line) for line in letter.asked_for),
            _wrap(f"How often: {letter.frequency.label}."),
            "To get them, open this link and press the button:\n" + address + letter.confirm_path,
            _wrap(
                f"The link works for {letter.days} days. If it was not you, do nothing: nothing will be sent, and the "
                "request is erased."
            ),
            _wrap(site_name) + "\n" + address,
        ]
    )


def write_sign_in(letter: SignInLetter, site_name: str, address: str) -> str:
    """Return the text of the mail with a sign-in link."""
    return _join(
        [
            "Hello,",
            f"To sign in to {site_name}, open this link and press the button:\n" + address + letter.sign_in_path,
            _wrap(
                f"Or type this code into the page where you asked for it: {letter.shown_code}" if letter.code else ""
            ),
            _wrap(
                f"Either works once, for {letter.minutes} minutes; the link on any device. If you did not ask for it, "
                "do nothing: nobody can sign in without this email. We never ask for the code by phone or by email."
            ),
            _wrap(site_name) + "\n" + address,
        ]
    )


def write_address_change(letter: AddressChangeLetter, site_name: str, address: str) -> str:
    """Return the text of the mail that asks the new address for confirmation."""
    return _join(
        [
            "Hello,",
            _wrap(f"Somebody, we hope you, asked us to send their alerts from {site_name} here from now on."),
            "To get them here, open this link and press the button:\n" + address + letter.confirm_path,
            _wrap(f"The link works for {letter.days} days. If it was not you, do nothing: nothing will be sent here."),
            _wrap(site_name) + "\n" + address,
        ]
    )


def write_address_changed(site_name: str, address: str) -> str:
    """Return the text of the mail that tells the old address."""
    return _join(
        [
            "Hello,",
            _wrap(
                f"Your alerts from {site_name} go to another address from now on, as you asked. This is the last email "
                "to this one."
            ),
            _wrap(
                "If it was not you: somebody used the link in one of your emails, which may have been passed on. "
                "You can ask for alerts to this address again here:"
            ),
            address + "/alerts/new",
            _wrap(site_name) + "\n" + address,
        ]
    )


def write_notice(letter: NoticeLetter, site_name: str, address: str) -> str:
    """Return the text of a notice."""
    return _join(
        [
            "Hello,",
            *[_wrap(paragraph) for paragraph in letter.paragraphs],
            "\n".join(_wrap(f"{name}: {text}", hanging="   ") for name, text in letter.facts),
            *[f"{words}:\n{address}{path}" for words, path in letter.buttons],
            *[_wrap(paragraph) for paragraph in letter.ending],
            _wrap(site_name) + "\n" + address,
        ]
    )


def _item_lines(number: int, item: DigestItem, address: str) -> Iterator[str]:
    yield _wrap(f"{number}. {item.title}", hanging="   ")
    if item.can_we_go:
        yield "\n" + _wrap(f"Can we go for it? {item.can_we_go}", "   ")
    if item.what_to_do:
        yield _wrap(f"What to do now: {item.what_to_do}", "   ")
    yield ""
    for sentence in item.sentences:
        yield _bullet(sentence, "   ")
    if item.why:
        yield _wrap(f"The reason given: {item.why}", "   ")
    yield _wrap(f"Published by {item.commissioner_name}.", "   ")
    yield f"\n   {address}{item.path}"
    if item.because:
        yield "\n" + _wrap(f"Why you got this: {item.because}.", "   ")
    if item.mute_path:
        yield f"\n   Stop telling me about this one:\n   {address}{item.mute_path}"


def _wrap(text: str, indent: str = "", hanging: str | None = None) -> str:
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=indent if hanging is None else "",
        subsequent_indent=indent if hanging is None else hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _bullet(text: str, indent: str = "") -> str:
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=indent + "* ",
        subsequent_indent=indent + "  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _join(parts: Iterable[str]) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"
