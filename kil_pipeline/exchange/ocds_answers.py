"""Readers' answers in OCDS: a release of their own beside those of the publications, which stay as they are.

`tender.enquiries` is the enquiries extension's (https://extensions.open-contracting.org/en/extensions/enquiries/). An
answer that was withdrawn must be gone, so this release is made anew, with an id that tells of its last change.
"""

from collections.abc import Sequence
from typing import Any

from kil_pipeline.plan.disclosures import field_label
from kil_pipeline.plan.public import PublicEntry
from kil_pipeline.support.public_answers import PublicAnswer

Json = dict[str, Any]


def make_answers_release(entry: PublicEntry, answers: Sequence[PublicAnswer], *, ocid: str) -> Json | None:
    """Return the release of an entry's published answers; None where there are none."""
    if not answers:
        return None
    changed_at = max(answer.changed_at or answer.published_at for answer in answers).isoformat(timespec="seconds")
    return {
        "ocid": ocid,
        "id": f"{entry.reference}-answers-{changed_at}",
        "date": changed_at,
        "tag": ["planningUpdate"],
        "initiationType": "tender",
        "language": "en",
        "tender": {
            "id": entry.reference,
            "hasEnquiries": True,
            "enquiries": [_enquiry(entry, answer) for answer in sorted(answers, key=lambda answer: answer.number)],
        },
    }


def _enquiry(entry: PublicEntry, answer: PublicAnswer) -> Json:
    """Return an answer as an enquiry: a reader's words, and the commissioner's response as the answer."""
    found = {
        "id": f"{entry.reference}-answer-{answer.number}",
        "date": answer.published_at.isoformat(timespec="seconds"),
        "author": {"name": answer.name} if answer.name else None,
        "title": f"{field_label(answer.path)}: {answer.question}",
        "description": answer.text or None,
        "answer": answer.response,
        "dateAnswered": answer.published_at.isoformat(timespec="seconds"),
        "kil_field": answer.path,
        "kil_withdrawn": answer.withdrawn or None,
        "kil_hiddenWhy": answer.hidden_why or None,
    }
    return {name: value for name, value in found.items() if value is not None}
