"""The commissioners' workspace: signing in, writing an entry, previewing and publishing it."""

from flask import Blueprint

from web.context import never_store

blueprint = Blueprint("commissioner", __name__)
blueprint.after_request(never_store)  # private values and one-use links stand in these pages

from web.commissioner import (  # noqa: E402  # views register themselves
    account_views,  # noqa: F401
    approval_views,  # noqa: F401
    audit_views,  # noqa: F401
    coming_views,  # noqa: F401
    copying_views,  # noqa: F401
    dossier_views,  # noqa: F401
    editing_views,  # noqa: F401
    file_views,  # noqa: F401
    hosting_views,  # noqa: F401
    import_views,  # noqa: F401
    interest_views,  # noqa: F401
    invitation_views,  # noqa: F401
    merger_views,  # noqa: F401
    moving_views,  # noqa: F401
    navigation,  # noqa: F401
    notice_views,  # noqa: F401
    openid_views,  # noqa: F401
    operator_views,  # noqa: F401
    people_access_views,  # noqa: F401
    people_views,  # noqa: F401
    proofs,  # noqa: F401
    reader_answer_views,  # noqa: F401
    record_views,  # noqa: F401
    release_views,  # noqa: F401
    response_views,  # noqa: F401
    second_factor_views,  # noqa: F401
    session_change_views,  # noqa: F401
    session_host_views,  # noqa: F401
    session_proposal_views,  # noqa: F401
    session_views,  # noqa: F401
    settings_views,  # noqa: F401
    sign_in_views,  # noqa: F401
    status_views,  # noqa: F401
    support_views,  # noqa: F401
    token_views,  # noqa: F401
    workspace_views,  # noqa: F401
)
