"""The Flask application. Starts no scheduler and opens no file: `web/wiring.py` puts the parts together."""

from flask import Flask, Response, request
from flask_wtf.csrf import CSRFProtect
from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader
from werkzeug.middleware.proxy_fix import ProxyFix

from kil_pipeline.organisations.audit import set_origin
from web import api, cookies, errors, health, pages
from web.admin import blueprint as admin
from web.admin import operator
from web.admin.bounce_views import bounces, take_bounce
from web.by_link import blueprint as by_link
from web.coming import blueprint as coming
from web.commissioner import blueprint as commissioner
from web.commissioner import openid_views
from web.context import Context, content_policy, context
from web.public import blueprint as public
from web.subscriber import blueprint as subscriber
from web.subscriber.manage_views import stop as one_click_unsubscribe
from web.write_api import blueprint as write_api

NO_DEVICES = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
"""Permissions-Policy: no page of ours asks for any of these, and nothing that got into one shall."""
MOST_UPLOADED = 12 * 1024 * 1024
"""Bytes of a request's body: a 10 MB file and its form."""


def create_app(parts: Context) -> Flask:
    """Make the application from its parts."""
    app = Flask(__name__)
    settings = parts.settings
    https = settings.base_url.startswith("https://")
    app.extensions["kil"] = parts
    app.config.update(
        SECRET_KEY=settings.secret_keys[0],
        SECRET_KEY_FALLBACKS=list(settings.secret_keys[1:]),
        MAX_CONTENT_LENGTH=MOST_UPLOADED,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        SESSION_COOKIE_NAME="__Host-kil" if https else "kil",  # a browser takes it from this very host alone
        SESSION_COOKIE_PATH="/",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=https,
        PERMANENT_SESSION_LIFETIME=settings.session_longest,
        WTF_CSRF_SECRET_KEY=list(reversed(settings.secret_keys)),  # the last one signs, all are read
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
    )
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.jinja_loader = ChoiceLoader(
        [PackageLoader("web"), PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})]
    )
    app.before_request(lambda: set_origin(request.remote_addr or ""))
    app.teardown_request(lambda error: set_origin(""))
    csrf = CSRFProtect(app)
    csrf.exempt(one_click_unsubscribe)  # mail programs have no cookie, only the signed address (RFC 8058)
    csrf.exempt(take_bounce)  # mail servers have no cookie, only the token
    cookies.register(app)
    openid_views.register(app)
    for part in (public, subscriber, commissioner, coming, by_link, operator, bounces):
        app.register_blueprint(part)
    if settings.development:  # it shows sign-in links
        app.register_blueprint(admin)
    health.register(app)
    errors.register(app)
    pages.register(app)
    app.after_request(add_security_headers)
    app.register_blueprint(write_api)
    csrf.exempt(write_api)  # a program has no cookie, only its token
    api.register(app)  # its headers come first: Flask calls these from the last to the first
    if https:
        # We serve plain HTTP, so a proxy stands in front and says who asks. Without one, anybody could say anything.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)  # type: ignore[method-assign]  # Flask's documented way
    return app


def add_security_headers(response: Response) -> Response:
    """Let a page load from this site alone, run no script but ours, and be framed by nobody."""
    response.headers.pop(
        "Date", None
    )  # the web server says when it answered: what is kept warm would say when it was made
    response.headers.setdefault("Content-Security-Policy", content_policy())
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
    response.headers.setdefault("Permissions-Policy", NO_DEVICES)
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    open_to_all = response.headers.get("Access-Control-Allow-Origin") == "*"
    response.headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin" if open_to_all else "same-origin")
    if context().settings.base_url.startswith("https://"):
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    return response
