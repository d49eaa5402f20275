"""Any two publications of a planned opportunity, side by side, at a permanent address."""

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from kil_pipeline.errors import NotFound
from kil_pipeline.plan.comparisons import compare_contents
from kil_pipeline.plan.queries import PublicRevision, public_entry, public_revisions
from web.context import database
from web.public import blueprint


@blueprint.get("/entries/<reference>/compare/<int:one>/<int:other>")
def compare(reference: str, one: int, other: int) -> str | Response:
    """Show two publications side by side, the earlier first: each pair has one address."""
    with database().read() as session:
        entry = public_entry(session, reference)
        revisions = public_revisions(session, entry.id)
    if one > other:
        return redirect(f"/entries/{entry.reference}/compare/{other}/{one}", 301)
    then, now = _revision(revisions, reference, one), _revision(revisions, reference, other)
    fields = compare_contents(then.content, now.content)
    return render_template(
        "public/compare.html",
        entry=entry,
        then=then,
        current=now,
        revisions=revisions,
        between=[r for r in reversed(revisions) if one < r.number <= other],
        changed=[field for field in fields if field.changed],
        unchanged=[field for field in fields if not field.changed],
    )


@blueprint.get("/entries/<reference>/compare")
def choose_comparison(reference: str) -> Response:
    """Lead from the form that chooses two publications to the address of that pair."""
    numbers = sorted(request.args.get(name, 0, type=int) for name in ("one", "other"))
    if numbers[0] < 1:
        raise NotFound("Choose two publications to compare.")
    with database().read() as session:
        found = public_entry(session, reference).reference
    return redirect(f"/entries/{found}/compare/{numbers[0]}/{numbers[1]}")


def _revision(revisions: tuple[PublicRevision, ...], reference: str, number: int) -> PublicRevision:
    for revision in revisions:
        if revision.number == number:
            return revision
    raise NotFound(f"{reference} has no publication number {number}.")
