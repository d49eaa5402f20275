"""Where a mail server hands over what came back."""

import hmac

from flask import Blueprint, abort, make_response, request
from werkzeug.wrappers import Response

from feeds.bounces import read_bounces
from kil_pipeline.alerts.bounces import note_bounce
from web.context import database, never_store, now, settings

bounces = Blueprint("bounces", __name__)
bounces.after_request(never_store)


@bounces.post("/mail/bounces")
def take_bounce() -> Response:
    """Take one mail, as it came (message/rfc822), from whoever has the token of `KIL_BOUNCE_TOKEN`."""
    token, given = settings().bounce_token, request.authorization
    if not token:
        abort(404)
    said = given.token if given is not None and given.type == "bearer" else None
    if not hmac.compare_digest((said or "").encode(), token.encode()):
        return _answer(401, "Send the token of KIL_BOUNCE_TOKEN as Bearer.")
    noted = 0
    for bounce in read_bounces(request.get_data(cache=False)):
        with database().write() as session:
            noted += note_bounce(session, bounce, now())
    return _answer(200, f"Bounces noted: {noted}.")


def _answer(status: int, line: str) -> Response:
    response = make_response(line + "\n", status)
    response.headers["Content-Type"] = "text/plain; charset=utf-8"
    return response
