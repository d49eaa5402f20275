"""Who is let in as an operator: one function, asked by every route that is theirs."""

import hmac

from flask import Response, abort, make_response, request

from kil_pipeline.organisations.second_factors import has_second_factor
from web.commissioner.access import signed_in_person
from web.context import database, settings


def is_operator() -> bool:
    """Tell whether an operator asks: signed in, or with the token (Bearer, or the password of Basic)."""
    if settings().development or _signed_in():
        return True
    given, token = request.authorization, settings().operator_token
    if not token or given is None:
        return False
    said = given.token if given.type == "bearer" else given.password
    return hmac.compare_digest((said or "").encode(), token.encode())


def _signed_in() -> bool:
    """Tell whether an operator is signed in, with a second factor: without one they may do nothing."""
    found = signed_in_person()
    if found is None or not found.operator:
        return False
    with database().read() as session:
        return has_second_factor(session, found.user_id)


def let_operators_in() -> Response | None:
    """Answer everybody else: 404 where there is no token, so that nothing tells that the page exists; else 401."""
    if is_operator():
        return None
    if not settings().operator_token:
        abort(404)
    response = make_response("For operators: send the token of KIL_OPERATOR_TOKEN.\n", 401)
    response.headers["WWW-Authenticate"] = 'Basic realm="operator", charset="UTF-8"'
    response.headers["Content-Type"] = "text/plain; charset=utf-8"
    return response
