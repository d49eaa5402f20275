"""Mail as people read it: letters become messages, with a subject, a written plain text, HTML and list headers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from email.utils import formataddr, parseaddr
from urllib.parse import quote, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from feeds import mail_texts
from feeds.bulletins import OwnWords, bulletin_html, bulletin_text
from feeds.invitations import render_invitation
from kil_pipeline.alerts.letters import (
    AddressChangedLetter,
    AddressChangeLetter,
    ConfirmationLetter,
    DigestItem,
    DigestLetter,
    Frequency,
    Letter,
    Message,
    NoticeLetter,
    OutlookItem,
    OutlookLetter,
    OutlookQuarter,
    Render,
    SignInLetter,
)
from kil_pipeline.engagement.session_letters import SessionLetter
from kil_pipeline.plan.wordings import DISCLAIMER
from kil_pipeline.settings import Settings
from kil_pipeline.support.bulletin_lists import BulletinLetter
from kil_pipeline.text import clean_line, shorten

LONGEST_SUBJECT = 110
"""Characters: phones show about 40 of them, so what matters stands first."""
MOST_IN_FULL = 30
"""Items told in full. The rest are listed with their links: Gmail cuts a mail off at 102 kB."""


@dataclass(frozen=True)
class Site:
    """Where the links of a mail lead, and who sends it."""

    name: str
    address: str
    """Without a trailing slash."""
    list_address: str
    """Takes "unsubscribe" by mail."""
    sender: str = ""
    """Whom mails come from: the organiser of invitations."""

    @property
    def host(self) -> str:
        """The host's name, as lists are named after it (RFC 2919)."""
        return urlsplit(self.address).hostname or "localhost"


def make_renderer(settings: Settings, *, list_address: str = "") -> Render:
    """Return what turns a letter into a message. `list_address` takes unsubscribing mail: the sender's if not given."""
    site = Site(
        settings.site_name, settings.base_url, list_address or parseaddr(settings.mail_from)[1], settings.mail_from
    )
    templates = Environment(
        loader=PackageLoader("feeds"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals.update(site=site, DISCLAIMER=DISCLAIMER)

    def render(letter: Letter) -> Message:
        if isinstance(letter, DigestLetter):
            return _render_digest(templates, site, letter)
        if isinstance(letter, OutlookLetter):
            return _render_outlook(templates, site, letter)
        if isinstance(letter, ConfirmationLetter):
            return _render_confirmation(templates, site, letter)
        if isinstance(letter, AddressChangeLetter):
            return _render_address_change(templates, site, letter)
        if isinstance(letter, AddressChangedLetter):
            return _render_address_changed(templates, site)
        if isinstance(letter, BulletinLetter):
            return _render_list_bulletin(templates, site, letter)
        if isinstance(letter, NoticeLetter):
            return _render_notice(templates, site, letter)
        return _render_sign_in(templates, site, letter)

    return render


def _render_digest(templates: Environment, site: Site, letter: DigestLetter) -> Message:
    letter = replace(letter, items=tuple(_clean_item(item) for item in letter.items))
    full, rest = letter.items[:MOST_IN_FULL], letter.items[MOST_IN_FULL:]
    intro = write_intro(letter.items)
    if letter.frequency is Frequency.BULLETIN:
        return _render_bulletin(templates, site, letter)
    page = templates.get_template("mail/digest.html")
    return Message(
        subject=write_subject(letter.items),
        text=mail_texts.write_digest(letter, full, rest, intro, site.name, site.address),
        html=page.render(letter=letter, full=full, rest=rest, intro=intro),
        headers=_list_headers(site, letter),
    )


def _render_bulletin(templates: Environment, site: Site, letter: DigestLetter) -> Message:
    intro = f"The news of your patch since the last bulletin: {len(letter.items)} {_nouns(letter.items)}."
    page = templates.get_template("mail/bulletin.html")
    return Message(
        subject=shorten(f"Bulletin: {write_subject(letter.items)}", LONGEST_SUBJECT),
        text=mail_texts.write_bulletin(letter, bulletin_text(letter.items, site.address), intro, site.address),
        html=page.render(
            letter=letter,
            intro=intro,
            shapes=mail_texts.shapes_of(letter),
            bulletin=bulletin_html(letter.items, site.address),
        ),
        headers=_list_headers(site, letter),
    )


def _render_list_bulletin(templates: Environment, site: Site, letter: BulletinLetter) -> Message:
    notes = {item.subject_id: note for item, note in zip(letter.items, letter.notes, strict=True)}
    own = OwnWords(tuple(clean_line(line) for line in letter.paragraphs), notes)
    return Message(
        subject=shorten(clean_line(letter.subject), LONGEST_SUBJECT),
        text=mail_texts.write_list_bulletin(letter, bulletin_text(letter.items, site.address, own), site.address),
        html=templates.get_template("mail/list_bulletin.html").render(
            letter=letter, bulletin=bulletin_html(letter.items, site.address, own)
        ),
    )


def _render_outlook(templates: Environment, site: Site, letter: OutlookLetter) -> Message:
    letter = replace(letter, quarters=tuple(_clean_quarter(quarter) for quarter in letter.quarters))
    number = sum(len(quarter.items) for quarter in letter.quarters)
    intro = (
        f"What is coming up in what you follow, by quarter: {number} planned opportunit{'y' if number == 1 else 'ies'}."
    )
    return Message(
        subject=shorten(f"Coming up: {'; '.join(item.title for item in letter.quarters[0].items)}", LONGEST_SUBJECT),
        text=mail_texts.write_outlook(letter, intro, site.name, site.address),
        html=templates.get_template("mail/outlook.html").render(letter=letter, intro=intro),
        headers=_list_headers(site, letter),
    )


def _render_confirmation(templates: Environment, site: Site, letter: ConfirmationLetter) -> Message:
    letter = replace(letter, asked_for=tuple(clean_line(line) for line in letter.asked_for))
    return Message(
        subject=f"Please confirm: alerts from {clean_line(site.name)}",
        text=mail_texts.write_confirmation(letter, site.name, site.address),
        html=templates.get_template("mail/confirmation.html").render(letter=letter),
    )


def _render_sign_in(templates: Environment, site: Site, letter: SignInLetter) -> Message:
    return Message(
        subject=f"Your link to sign in to {clean_line(site.name)}",
        text=mail_texts.write_sign_in(letter, site.name, site.address),
        html=templates.get_template("mail/sign_in.html").render(letter=letter),
    )


def _render_address_change(templates: Environment, site: Site, letter: AddressChangeLetter) -> Message:
    return Message(
        subject=f"Please confirm your new address: {clean_line(site.name)}",
        text=mail_texts.write_address_change(letter, site.name, site.address),
        html=templates.get_template("mail/address_change.html").render(letter=letter),
    )


def _render_address_changed(templates: Environment, site: Site) -> Message:
    return Message(
        subject=f"Your alerts go to another address now: {clean_line(site.name)}",
        text=mail_texts.write_address_changed(site.name, site.address),
        html=templates.get_template("mail/address_changed.html").render(),
    )


def _render_notice(templates: Environment, site: Site, letter: NoticeLetter) -> Message:
    letter = _clean_notice(letter)
    invitation = letter.invitation if isinstance(letter, SessionLetter) else None
    return Message(
        subject=shorten(letter.subject, LONGEST_SUBJECT),
        text=mail_texts.write_notice(letter, site.name, site.address),
        html=templates.get_template("mail/notice.html").render(letter=letter),
        calendar=render_invitation(invitation, base_url=site.address, sender=site.sender) if invitation else None,
    )


def write_subject(items: Sequence[DigestItem]) -> str:
    """Return the subject of a digest: what matters most, in words. Never more than `LONGEST_SUBJECT` characters."""
    news = {item.news for item in items}
    first = f"{items[0].news}: {items[0].title}" if items[0].news else items[0].title
    if len(items) == 1:
        line = first
    elif news == {"New"}:
        line = f"{len(items)} new {_nouns(items)}: {_titles(items)}"
    elif all(item.news.startswith("Moved") for item in items):
        line = f"{len(items)} {_nouns(items)} moved: {_titles(items)}"
    elif len(news) == 1 and items[0].news:
        line = f"{items[0].news} ({len(items)}): {_titles(items)}"
    else:
        more = f", and {len(items) - 1} more"
        line = shorten(first, LONGEST_SUBJECT - len(more)) + more
    return shorten(clean_line(line), LONGEST_SUBJECT)


def write_intro(items: Sequence[DigestItem]) -> str:
    """Return the first sentence of a digest."""
    number = "One" if len(items) == 1 else str(len(items))
    return f"News of what you follow: {number.lower()} {_nouns(items)}, most urgent first."


def _nouns(items: Sequence[DigestItem]) -> str:
    kinds = {item.subject for item in items}
    noun = {"entry": "planned opportunit", "session": "session"}.get(kinds.pop() if len(kinds) == 1 else "", "thing")
    if noun.endswith("opportunit"):
        return noun + ("y" if len(items) == 1 else "ies")
    return noun + ("" if len(items) == 1 else "s")


def _titles(items: Sequence[DigestItem]) -> str:
    return "; ".join(item.title for item in items)


def _clean_item(item: DigestItem) -> DigestItem:
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


def _clean_quarter(quarter: OutlookQuarter) -> OutlookQuarter:
    items = tuple(
        OutlookItem(**{name: clean_line(text) for name, text in vars(item).items()}) for item in quarter.items
    )
    return OutlookQuarter(quarter.name, items)


def _clean_notice(letter: NoticeLetter) -> NoticeLetter:
    return replace(
        letter,
        subject=clean_line(letter.subject),
        heading=clean_line(letter.heading),
        paragraphs=tuple(clean_line(text) for text in letter.paragraphs),
        facts=tuple((clean_line(name), clean_line(text)) for name, text in letter.facts),
        ending=tuple(clean_line(text) for text in letter.ending),
    )


def _list_headers(site: Site, letter: DigestLetter | OutlookLetter) -> tuple[tuple[str, str], ...]:
    """RFC 2919 and RFC 8058: one press on "unsubscribe" in the mail program, without opening the mail."""
    token = letter.unsubscribe_path.removesuffix("/unsubscribe").rsplit("/", 1)[-1]
    by_mail = f"mailto:{site.list_address}?subject={quote('unsubscribe ' + token)}"
    return (
        ("List-Id", formataddr((clean_line(site.name), f"alerts.{site.host}"))),
        ("List-Unsubscribe", f"<{site.address}{letter.unsubscribe_path}>, <{by_mail}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    )
