"""A co-host writes a record: by the link from a mail, one small form for each thing that was said."""

from sqlalchemy.orm import Session

from kil_pipeline.alerts.links import Signer
from kil_pipeline.engagement.record_writers import writers_session
from kil_pipeline.organisations.audit import note_deed
from web.by_link import blueprint
from web.context import database, now, settings
from web.record_forms import Answer, Desk, save_part, save_record_head, show_part, show_record


def _desk(token: str) -> Desk:
    session_id, round_ = Signer(settings().secret_keys).read_about("record-writer", token)
    with database().read() as session:
        row = writers_session(session, session_id, round_)
        reference, organisation_id = row.reference, row.organisation_id

        def note(session: Session, deed: str) -> None:
            """Note that somebody with the link did it: who, nobody knows."""
            note_deed(session, f"{deed}_by_link", subject=reference, organisation_id=organisation_id, now=now())

        return Desk.of(row, f"/records/write/{token}", author=False, note=note)


@blueprint.get("/records/write/<token>")
def write_record(token: str) -> str:
    """Show the record with its forms."""
    return show_record(_desk(token))


@blueprint.post("/records/write/<token>")
def save_record(token: str) -> Answer:
    """Save who came and which interests were declared."""
    return save_record_head(_desk(token))


@blueprint.get("/records/write/<token>/parts/<part>")
def record_part(token: str, part: str) -> str:
    """Show the small form of one part, or of a new one."""
    return show_part(_desk(token), part)


@blueprint.post("/records/write/<token>/parts/<part>")
def save_record_part(token: str, part: str) -> Answer:
    """Add, change or take out one part."""
    return save_part(_desk(token), part)
