"""Changing the address that alerts go to: asked for on the page, confirmed by a button in a mail to the new one."""

from flask import render_template, request

from kil_pipeline.alerts.address_changes import ask_for_address, confirm_address
from kil_pipeline.alerts.requests import LINK_DAYS
from kil_pipeline.alerts.subscribers import subscriber_view
from kil_pipeline.organisations.members import InvalidAddress
from kil_pipeline.text import drop_unwritable
from web.context import database, now
from web.rate_limits import count_mail
from web.subscriber import blueprint
from web.subscriber.manage_views import show_choices, signer


@blueprint.post("/alerts/<token>/address")
def ask_address(token: str) -> str | tuple[str, int]:
    """Queue the mail to the new address. Until its button is pressed, mail goes where it went."""
    subscriber_id = signer().read("manage", token)
    typed = drop_unwritable(request.form.get("email", "")).strip()
    count_mail("confirmation")
    with database().write() as session:
        view = subscriber_view(session, subscriber_id)
        try:
            address = ask_for_address(session, subscriber_id, typed, now())
        except InvalidAddress as error:
            return show_choices(view, problems=(("email", str(error)),), typed=typed), 400
    message = (
        f"We have sent an email to {address}. Nothing changes before you press its button, within {LINK_DAYS} days."
    )
    return show_choices(view, message)


@blueprint.get("/alerts/address/<token>")
def show_address(token: str) -> str:
    """Show a button. Opening the link changes nothing: mail scanners open links too."""
    change_id = signer().read("address", token)
    return render_template("subscriber/address.html", action=signer().address_path(change_id))


@blueprint.post("/alerts/address/<token>")
def use_address(token: str) -> str:
    """Send a subscriber's mail to the new address from now on."""
    change_id = signer().read("address", token)
    with database().write() as session:
        view = subscriber_view(session, confirm_address(session, change_id, now()))
    return show_choices(view, f"Your alerts go to {view.email} from now on.")
