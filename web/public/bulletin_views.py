"""The news of a patch, made to be passed on: to copy, to print, to show on another site, to get by mail."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from flask import abort, make_response, render_template, request
from werkzeug.wrappers import Response

from feeds.bulletins import bulletin_html, bulletin_lines, bulletin_markdown, bulletin_text
from kil_pipeline.alerts.criteria_words import describe_criteria
from kil_pipeline.alerts.letters import DigestItem, Frequency
from kil_pipeline.alerts.past_news import PastNews, past_news
from kil_pipeline.plan.criteria import Criteria
from web.context import absolute, content_policy, database, now, settings, today
from web.public import blueprint
from web.public.feed_builder_views import typed_filters
from web.public.plan_filters import make_filters
from web.public.plan_views import addresses, describe_chosen
from web.queries import PlanQuery, QueryNotUnderstood, read_plan_query, write_plan_query

PERIODS = {"list": ("the last week", 7), "month": ("the last month", 31)}
"""What the parameter `view` stands for: in words, and in days."""
MOST_ITEMS = 100
MOST_EMBEDDED = 20


@dataclass(frozen=True)
class Shape:
    """One shape of the bulletin, to be copied."""

    id: str
    name: str
    hint: str
    text: str


@blueprint.get("/bulletins")
def bulletins() -> str | tuple[str, int]:
    """Show the bulletin of a patch in every shape."""
    try:
        return _page(read_plan_query(request.args))
    except QueryNotUnderstood as error:
        return _page(PlanQuery(error.understood), error.problems), 400


@blueprint.get("/bulletins/print")
def bulletin_sheet() -> str:
    """Show the bulletin as a sheet to print."""
    criteria = read_plan_query(request.args).criteria
    return render_template(
        "public/bulletin_print.html",
        news=_news(criteria, MOST_ITEMS),
        patch=describe_criteria(criteria),
        period=PERIODS[_period()][0],
        back="/bulletins" + _query(criteria),
    )


@blueprint.get("/bulletins/embed")
def bulletin_embed() -> Response:
    """Show the bulletin as a page that any site may put into a frame. No script, no cookie, no form."""
    criteria = read_plan_query(request.args).criteria
    page = render_template(
        "public/bulletin_embed.html",
        news=_news(criteria, MOST_EMBEDDED),
        patch=describe_criteria(criteria),
        whole=absolute("/plan" + write_plan_query(criteria.without_kinds())),
    )
    response = make_response(page)
    response.headers["Content-Security-Policy"] = content_policy(frames="*")
    return response


def _page(query: PlanQuery, problems: Mapping[str, list[str]] = MappingProxyType({})) -> str:
    with database().read() as session:
        filters = make_filters(session, query.criteria)
    news, chosen, view = _news(query.criteria, MOST_ITEMS), write_plan_query(query.criteria), _period()
    commissioners = {option.value: option.text for option in filters["commissioner"].options}
    href = addresses(query, view, today(), "/bulletins")
    return render_template(
        "public/bulletins.html",
        query=query,
        filters=filters,
        problems=[(parameter, line) for parameter, lines in problems.items() for line in lines],
        typed=typed_filters(problems),
        chosen=tuple(describe_chosen(query.criteria, commissioners, href)),
        news=news,
        view=view,
        periods=[(words, href(view=name), name == view) for name, (words, _) in PERIODS.items()],
        period=PERIODS[view][0],
        shapes=_shapes(tuple(item for _, item in news.items)),
        sheet="/bulletins/print" + _query(query.criteria),
        frame=absolute("/bulletins/embed" + _query(query.criteria)),
        by_mail="/alerts/new" + write_plan_query(query.criteria, frequency=Frequency.BULLETIN.value),
        feeds="/feeds" + chosen,
    )


def _shapes(items: tuple[DigestItem, ...]) -> tuple[Shape, ...]:
    address = settings().base_url
    return (
        Shape("text", "Plain text", "For an email.", bulletin_text(items, address)),
        Shape("html", "HTML", "For a newsletter program’s “source” or “code” view.", bulletin_html(items, address)),
        Shape("markdown", "Markdown", "For websites and chats that take it.", bulletin_markdown(items, address)),
        Shape(
            "lines",
            "Short lines",
            "One for each item, at most 280 characters with the link.",
            "\n\n".join(bulletin_lines(items, address)),
        ),
    )


def _news(criteria: Criteria, most: int) -> PastNews:
    with database().read() as session:
        return past_news(session, criteria, now(), days=PERIODS[_period()][1], most=most)


def _period() -> str:
    view = request.args.get("view", "list")
    if view not in PERIODS:
        abort(404)
    return view


def _query(criteria: Criteria) -> str:
    more: dict[str, str | int] = {} if _period() == "list" else {"view": _period()}
    return write_plan_query(criteria, **more)
