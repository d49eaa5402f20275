"""An entry that came from Find a Tender keeps its notices when a commissioner edits it by hand."""

import re
from collections.abc import Callable
from datetime import date

from flask import Flask

from kil_pipeline.database import Database
from kil_pipeline.organisations.members import Role, add_member
from kil_pipeline.organisations.organisations import find_organisation
from kil_pipeline.organisations.sign_in import mint_sign_in_token, start_session
from kil_pipeline.plan.contents import EntryContent, Notice
from kil_pipeline.plan.drafts import find_draft
from tests.web.conftest import NOW
from web.commissioner.access import KEY


def test_the_form_keeps_the_notices_that_nobody_types(
    app: Flask, publish: Callable[..., str], sqlite_database: Database
) -> None:
    notice = Notice("UK3", "000001-2027", "https://example.org/notice/000001-2027", date(2026, 11, 2))
    reference = publish(EntryContent("Community transport", notices=(notice,)))
    with sqlite_database.write() as session:
        council = find_organisation(session, "EXC").id
        author = add_member(session, email="ada@example.org", organisation_id=council, role=Role.AUTHOR, now=NOW)
        key, _ = start_session(session, mint_sign_in_token(session, author.user_id, NOW, minutes=15), NOW)
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie[KEY] = key
    page = client.get(f"/workspace/entries/{reference}").text
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    saved = client.post(f"/workspace/entries/{reference}", data={**hidden, "headline": "Community minibuses"})
    assert saved.status_code == 302
    with sqlite_database.read() as session:
        content = find_draft(session, council, reference).content
    assert (content.headline, content.notices) == ("Community minibuses", (notice,))
