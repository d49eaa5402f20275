"""Signing in with the account of one's own organisation: OpenID Connect, authorisation code with PKCE, through Authlib.

Authlib checks state, nonce, signature, issuer, audience and expiry. Whom the provider names must be a member here
already: it makes no account.
"""

from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import OAuth
from flask import Flask, abort, current_app, render_template, request, session
from joserfc.errors import JoseError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from kil_pipeline.organisations.members import InvalidAddress
from kil_pipeline.organisations.sign_in import find_who_may_sign_in
from web.commissioner import blueprint
from web.commissioner.access import safe_path
from web.commissioner.sign_in_views import begin, go_on
from web.context import absolute, database, settings

NAME = "openid"
FOLLOWING = "following"
"""Where the cookie holds where to go on to."""
SIGNATURES = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})
"""How an answer may be signed: by the provider's private key alone, never by a secret that both know."""
SECONDS = 10
"""How long the provider may take for one answer."""


def register(app: Flask) -> None:
    """Let the application know the provider, where one is configured."""
    provider = app.extensions["kil"].settings.openid
    if provider is None:
        return
    OAuth(app).register(
        NAME,
        client_id=provider.client_id,
        client_secret=provider.client_secret,
        server_metadata_url=f"{provider.issuer}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid email", "code_challenge_method": "S256", "default_timeout": SECONDS},
    )


@blueprint.get("/sign-in/openid")
def ask_provider() -> Any:
    """Send the browser to the provider. Signs nobody in, and changes nothing but the cookie."""
    client = _client()
    session[FOLLOWING] = safe_path(request.args.get("next", ""))
    try:
        _check_provider(client)
        return client.authorize_redirect(absolute("/sign-in/openid/back"))
    except (AuthlibBaseError, requests.RequestException, ValueError):
        return _failed("It did not answer. Try again in a minute, or sign in with a mail.")


@blueprint.get("/sign-in/openid/back")
def come_back() -> Response | tuple[str, int]:
    """Sign in whom the provider names, if we know them. Its answer works once, in the browser that asked."""
    client, following = _client(), safe_path(session.get(FOLLOWING, ""))
    try:
        _check_provider(client)
        claims = client.authorize_access_token().get("userinfo") or {}
    except (AuthlibBaseError, JoseError, requests.RequestException, ValueError):
        return _failed("It did not confirm who you are. Try again, or sign in with a mail.")
    email = claims.get("email")
    if not isinstance(email, str) or not _believed(claims.get("email_verified")):
        return _failed("It did not confirm your mail address. Sign in with a mail, or ask those who run the account.")
    with database().write() as db:
        begun = _begin(db, email)
    if begun is None:
        return _failed(
            f"It says that you are {email}. Nobody is known here by that address. Ask your organisation’s admin to "
            "invite it; no account was made."
        )
    return go_on(begun, following)


def _check_provider(client: Any) -> None:
    """Raise `ValueError` where another issuer than ours answers (OpenID Connect Discovery 1.0, 4.3)."""
    metadata, provider = client.load_server_metadata(), settings().openid
    if provider is None or str(metadata.get("issuer", "")).rstrip("/") != provider.issuer:
        raise ValueError("The provider names itself otherwise than KIL_OIDC_ISSUER.")
    offered = metadata.get("id_token_signing_alg_values_supported", ["RS256"])
    metadata["id_token_signing_alg_values_supported"] = [one for one in offered if one in SIGNATURES] or ["RS256"]


def _believed(verified: object) -> bool:
    """Tell whether an address counts, by what the provider says of it: some say nothing (see `trust_email`)."""
    provider = settings().openid
    return verified is True or (verified is None and provider is not None and provider.trust_email)


def _begin(db: Session, email: str) -> tuple[str, bool] | None:
    try:
        user_id = find_who_may_sign_in(db, email)
    except InvalidAddress:
        return None
    return begin(db, user_id) if user_id is not None else None


def _client() -> Any:
    """Return Authlib's client. Answers 404 where no provider is configured."""
    if settings().openid is None:
        abort(404)
    return current_app.extensions["authlib.integrations.flask_client"].create_client(NAME)


def _failed(message: str) -> tuple[str, int]:
    provider = settings().openid
    name = provider.name if provider else ""
    return render_template("commissioner/openid_failed.html", message=message, name=name), 403
