"""A mail server hands over what came back: with its token, and only so."""

from dataclasses import replace

import pytest
from flask import Flask

from kil_pipeline.alerts.suppressions import is_suppressed
from kil_pipeline.database import Database
from tests.feeds.test_bounces import ADDRESS, a_report, a_sent_mail
from tests.web.conftest import NOW
from web.app import create_app
from web.context import Context

TOKEN = "a-bounce-token-for-the-tests"  # of tests alone


@pytest.mark.parametrize(
    ("token", "said", "status", "line"),
    [
        (TOKEN, f"Bearer {TOKEN}", 200, "Bounces noted: 1.\n"),
        (TOKEN, "Bearer other", 401, "Send the token of KIL_BOUNCE_TOKEN as Bearer.\n"),
        (TOKEN, "", 401, "Send the token of KIL_BOUNCE_TOKEN as Bearer.\n"),
        ("", "Bearer ", 404, None),
    ],
)
def test_the_token_alone_lets_a_bounce_in(
    app: Flask, sqlite_database: Database, token: str, said: str, status: int, line: str | None
) -> None:
    mail = a_sent_mail(sqlite_database)
    settings = replace(app.extensions["kil"].settings, bounce_token=token)
    client = create_app(Context(settings, sqlite_database, clock=lambda: NOW)).test_client()
    answer = client.post(
        "/mail/bounces", data=a_report(of=mail), headers={"Authorization": said}, content_type="message/rfc822"
    )
    assert answer.status_code == status
    assert line is None or answer.text == line
    with sqlite_database.read() as session:
        assert is_suppressed(session, ADDRESS) == (status == 200)
