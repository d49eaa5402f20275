"""Mail as people read it: letters become messages, with a subject, a written plain text, HTML and list headers."""

from dataclasses import dataclass, replace
from email.utils import formataddr, parseaddr
from functools import cached_property
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from feeds import mail_texts
from feeds.bulletins import OwnWords, bulletin_html, bulletin_text
from feeds.invitations import render_invitation
from feeds.mail_digests import LONGEST_SUBJECT, DigestWriter, clean_item, nouns, write_subject
from kil_pipeline.alerts.letters import (
    AddressChangedLetter,
    AddressChangeLetter,
    ConfirmationLetter,
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

    @cached_property
    def list_id(self) -> str:
        """The list's name, with what tells it from others (RFC 2919)."""
        return formataddr((clean_line(self.name), f"alerts.{self.host}"))


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
    digests = DigestWriter(templates, site.name, site.address)

    def render(letter: Letter) -> Message:
        if isinstance(letter, DigestLetter) and letter.frequency is Frequency.BULLETIN:
            return _render_bulletin(templates, site, letter)
        if isinstance(letter, DigestLetter):
            return digests.write(letter, _list_headers(site, letter))
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


def _render_bulletin(templates: Environment, site: Site, letter: DigestLetter) -> Message:
    letter = replace(letter, items=tuple(clean_item(item) for item in letter.items))
    intro = f"The news of your patch since the last bulletin: {len(letter.items)} {nouns(letter.items)}."
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
    by_mail = f"mailto:{site.list_address}?subject=unsubscribe%20{token}"
    return (
        ("List-Id", site.list_id),
        ("List-Unsubscribe", f"<{site.address}{letter.unsubscribe_path}>, <{by_mail}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    )
