"""The addresses that anybody may ask for, and the forms that anybody may send: a test holds that none is missing."""

from flask import Flask
from werkzeug.exceptions import MethodNotAllowed, NotFound

from tests.properties.twins import TOLD, Site, host_link, signed_links

FORMATS = (
    "/feeds/entries.atom", "/feeds/entries.rss", "/feeds/entries.json",
    "/feeds/changes.atom", "/feeds/changes.rss", "/feeds/changes.json",
)  # fmt: skip
FILTERED = ("/plan", "/feeds/entries.atom", "/feeds/changes.atom", "/api/v1/entries")
FILTERS = (
    "area=E08000035", "area=nowhere", "theme=carers", "theme=none", "commissioner=exampleshire-council", "chance=open",
    "chance=undecided", "route=psr.direct-award-a", "status=open", "status=draft", "cpv=85000000", "entry=EXC-0001",
    "entry=EXC-0003", "q=carers", "q=classes", "page=2", "page=99", "page=x", "order=newest", "order=updated",
    "archive=1", "archive=2", "archive=x",
    "order=value", "view=table", "view=table&order=value", "view=table&order=value-down", "view=table&order=latest",
    "view=table&order=headline-down", "view=table&order=commissioner", "view=month", "view=month&month=2027-01",
    "view=month&month=2027-04", "view=month&month=2027-09", "view=month&month=x",
    "view=print", "view=print&commissioner=exampleshire-council", "q=carers&order=soonest", "q=carers&order=relevance",
    "q=classes&view=table",
)  # fmt: skip
READ = (
    "/", "/about", "/data", "/accessibility", "/privacy", "/healthz", "/readyz", "/static/site.css", "/nowhere",
    "/plan", "/plan?view=timeline", "/plan?view=none", "/sign-in", "/sign-in?next=/workspace/entries/EXC-0001",
    "/sign-in/sign-in-token", "/sign-in/code", "/sign-in/second", "/sign-in/openid",
    "/sign-in/openid/back", "/invitations/nonsense", "/workspace",
    "/workspace/entries/EXC-0001",
    "/alerts/new", "/alerts/new?theme=carers",
    "/alerts/confirm/confirmation-token", "/alerts/nonsense", "/alerts/nonsense/unsubscribe",
    "/entries/EXC-0001", "/entries/EXC-0002", "/entries/EXC-0003", "/entries/NONE-1", "/entries/EXC-0001.json",
    "/entries/EXC-0002.json", "/entries/EXC-0003.json", "/entries/EXC-0001/changes/1", "/entries/EXC-0002/changes/1",
    "/entries/EXC-0002/changes/2", "/entries/EXC-0002/changes/3", "/entries/EXC-0003/changes/1",
    "/commissioners", "/commissioners?page=2", "/commissioners.csv", "/commissioners/exampleshire-council",
    "/commissioners/nowhere",
    "/entries/EXC-0001/compare/1/1", "/entries/EXC-0002/compare/1/2", "/entries/EXC-0002/compare/3/1",
    "/entries/EXC-0003/compare/1/2", "/entries/EXC-0002/compare?one=1&other=3", "/entries/EXC-0001/compare",
    "/sessions", "/sessions?area=E08000035", "/sessions/EXC-S0025", "/sessions/EXC-S0025.ics", "/sessions/NONE-S1",
    "/sessions?after=EXC-S0025", "/sessions?past=yes", "/sessions?past=yes&after=EXC-S0025", "/hosting/nonsense",
    "/sessions/EXC-S0025/come", "/sessions/NONE-S1/come", "/coming/nonsense", "/coming/nonsense/my-data.json",
    "/coming/host/nonsense", "/workspace/coming", "/workspace/coming/EXC-S0025",
    "/sessions/EXC-S0025/record", "/sessions/EXC-S0025/files/nonsense", "/records/write/nonsense",
    "/records/write/nonsense/parts/point", "/records/check/nonsense", "/venues/owner/nonsense", "/workspace/records",
    "/workspace/sessions/EXC-S0025/record", "/sessions/EXC-S0025.txt",
    "/venues", "/venues?q=mill&access=lift&community=yes&area=E08000035", "/venues?area=nowhere", "/venues/mill-hall",
    "/venues/nowhere", "/venues.json", "/venues.json?q=mill",
    "/calendars/milestones.ics", "/calendars/milestones.ics?entry=EXC-0001", "/calendars/sessions.ics",
    "/data/plan.csv", "/data/plan.csv?theme=carers", "/data/plan.csv?area=nowhere", "/data/plan.xlsx",
    "/data/ocds.json",
    "/data/ocds-records.json", "/data/releases/EXC-0001/1.json", "/data/releases/EXC-0002/1.json",
    "/data/releases/EXC-0002/2.json", "/data/releases/EXC-0002/3.json", "/data/releases/EXC-0003/1.json",
    "/api/v1/openapi.json", "/api/v1/docs", "/api/v1/commissioners", "/api/v1/reasons", "/api/v1/areas",
    "/api/v1/themes", "/api/v1/routes", "/api/v1/entries", "/api/v1/entries?limit=2", "/api/v1/entries?limit=x",
    "/api/v1/entries?updated_since=2026-11-23T10:10:00Z", "/api/v1/entries?cursor=RVhDLTAwMDE",
    "/api/v1/entries/EXC-0001", "/api/v1/entries/EXC-0002", "/api/v1/entries/EXC-0003", "/api/v1/nowhere",
    "/api/v1/entries/EXC-0001/revisions", "/api/v1/entries/EXC-0002/revisions", "/api/v1/entries/EXC-0003/revisions",
    "/api/v1/sessions", "/api/v1/sessions?entry=EXC-0001", "/api/v1/sessions/EXC-S0025", "/api/v1/sessions/NONE-S1",
    "/local-support", "/local-support/nowhere", "/local-support/nowhere/ask", "/help-near-you",
    "/help-near-you?area=E08000035", "/help-near-you?entry=EXC-0002", "/help-near-you?area=nowhere", "/help/nonsense",
    "/entries/EXC-0001/answer", "/entries/EXC-0001/answer?about=value", "/entries/NONE-1/answer", "/answers/nonsense",
    "/answers/nonsense/my-answer.json", "/workspace/answers",
    "/entries/EXC-0001/interested", "/entries/NONE-1/interested", "/interested/nonsense", "/introductions/nonsense",
    "/my-data", "/my-data/nonsense", "/my-data/nonsense/my-data.json",
    "/profile", "/profile/nonsense", "/profile/nonsense/my-profile.json",
    "/bulletins", "/bulletins?view=month&theme=carers", "/bulletins/print", "/bulletins/embed",
    "/webhooks/new", "/webhooks/new?theme=carers", "/webhooks/nonsense",
    "/operator", "/metrics", "/operator/webhooks", "/operator/webhooks/00000000-0000-0000-0000-000000000000",
    "/dev/mail", "/feeds", "/feeds?theme=carers&area=E08000035&q=carers&entry=EXC-0001",
    *FORMATS, *(f"{path}?{wanted}" for path in FILTERED for wanted in FILTERS),
    "/feeds/entries.rss?q=carers&order=newest", "/feeds/entries.json?q=carers&order=newest",
)  # fmt: skip
"""What anybody may ask for. Every public route is among it, or in `links_of`."""
SEARCHES = (
    "/plan?q=",
    "/feeds?q=",
    "/bulletins?q=",
    "/plan?area=",
    "/plan?cpv=",
    "/alerts/new?q=",
    "/venues?q=",
    "/api/v1/entries?q=",
    *(f"{path}?q=" for path in FORMATS),
)
"""Where somebody who guesses could ask for the very value that is withheld."""


def links_of(site: Site) -> tuple[str, ...]:
    """Return the addresses that only a mail, or the list of mails, knows."""
    (digest,) = (site.settings.var / "mail").glob("*.eml")
    manage = signed_links(site)[0]
    own = (f"{manage}/my-data.json", f"{manage}/new", f"{manage}/new?theme=carers")
    return (*signed_links(site), host_link(site), *own, f"/dev/mail/{digest.stem}", f"/dev/mail/{digest.stem}/html")


def forms_of(site: Site) -> tuple[tuple[str, dict[str, str]], ...]:
    """Return what anybody may send, with forms that are filled in well and badly."""
    manage, unsubscribe, mute, address = signed_links(site)
    asked = {"email": "another@example.org", "frequency": "daily"}
    return (
        ("/alerts/new", asked),
        ("/alerts/new", {"do": "look back"}),
        ("/alerts/new", {"do": "look back", "q": "classes carers"}),
        ("/alerts/new", {**asked, "area": TOLD["areas"], "email": "nobody"}),
        ("/alerts/confirm/confirmation-token", {}),
        ("/alerts/confirm/confirmation-token", {}),
        (manage, {"frequency": "weekly", "weekday": "2"}),
        (f"{manage}/new", {"theme": "carers", "do": "look back"}),
        (f"{manage}/new", {"theme": "carers"}),
        (f"{manage}/new", {"area": TOLD["areas"]}),
        (f"{manage}/pause", {"until": "2027-01-04"}),
        (f"{manage}/pause", {"until": "never"}),
        (f"{manage}/address", {"email": "elsewhere@example.org"}),
        (mute, {}),
        (f"{manage}/unmute", {"subject": "nothing"}),
        (address, {}),
        (unsubscribe, {}),
        (manage, {"do": "erase"}),
        ("/sessions/EXC-S0025/come", {"name": "Ann", "email": "ann@example.org"}),
        ("/sessions/EXC-S0025/come", {"name": "", "email": "nobody"}),
        ("/coming/nonsense", {"do": "confirm"}),
        ("/venues/mill-hall/correct", {}),
        ("/records/write/nonsense", {}),
        ("/records/write/nonsense/parts/point", {"text": "x"}),
        ("/records/check/nonsense", {"do": "right"}),
        ("/venues/owner/nonsense", {}),
        ("/webhooks/new", {"address": "http://example.org"}),
        ("/webhooks/nonsense", {}),
        ("/operator/deliveries/00000000-0000-0000-0000-000000000000", {}),
        ("/operator/webhooks/00000000-0000-0000-0000-000000000000", {"do": "replay"}),
        ("/mail/bounces", {}),
        ("/sign-in", {"email": "author@example.org"}),
        ("/sign-in", {"email": "nobody@example.org"}),
        ("/sign-in/sign-in-token", {"next": "/workspace"}),
        ("/sign-in/sign-in-token", {"next": "/workspace"}),
        ("/sign-in/code", {"code": "1234 5678"}),
        ("/invitations/nonsense", {}),
        ("/sign-in/second", {"code": "123456"}),
        ("/sign-out", {}),
        ("/local-support/nowhere/ask", {"email": "another@example.org", "need": TOLD["value"]}),
        ("/help/nonsense", {}),
        ("/entries/EXC-0001/interested", {"email": "another@example.org", "name": TOLD["value"]}),
        ("/entries/EXC-0001/interested", {"email": "nobody"}),
        ("/interested/nonsense", {}),
        ("/entries/EXC-0001/answer", {"about": "value", "email": "another@example.org", "text": TOLD["value"]}),
        ("/entries/EXC-0001/answer", {"about": "value", "email": "nobody"}),
        ("/answers/nonsense", {}),
        ("/answers/nonsense", {"do": "withdraw"}),
        ("/introductions/nonsense", {}),
        ("/my-data", {"email": "another@example.org"}),
        ("/my-data/nonsense", {}),
        ("/profile", {"email": "another@example.org"}),
        ("/profile", {"do": "forget"}),
        ("/profile/nonsense", {}),
        (
            host_link(site),
            {"answer": "other", "day": "1 May 2028", "from": "10am", "to": "noon", "note": TOLD["value"]},
        ),
        (host_link(site), {"answer": "no"}),
        ("/workspace/entries/EXC-0001", {"headline": TOLD["value"]}),
        ("/entries/EXC-0001", {}),
    )


def find_endpoint(app: Flask, address: str, method: str) -> str | None:
    """Return the endpoint that answers, or None where none does."""
    try:
        endpoint, _ = app.url_map.bind("localhost").match(address.partition("?")[0], method)
    except (NotFound, MethodNotAllowed):
        return None
    return str(endpoint)
