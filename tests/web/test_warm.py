"""The layer in front of the application: the same answers, sooner, and never an old one."""

import gzip
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import Client

from web.warm import WarmDocuments, known_parameters, takes_gzip

FEED = "/feeds/entries.atom"
MODIFIED = "Mon, 23 Nov 2026 10:00:00 GMT"


class Site:
    """A WSGI application that writes down what it is asked: a document of a given length, or an error."""

    def __init__(self, length: int = 100) -> None:
        self.asked: list[str] = []
        self.length, self.status, self.said = length, "200 OK", "x"

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer, with what a view sets."""
        query = environ["QUERY_STRING"]
        self.asked.append(environ["REQUEST_METHOD"] + " " + environ["PATH_INFO"] + (f"?{query}" if query else ""))
        headers = [
            ("Content-Type", "text/plain"),
            ("Vary", "Accept-Encoding"),
            ("Date", "Thu, 01 Jan 1970 00:00:00 GMT"),
        ]
        if self.status == "200 OK":
            headers += [("ETag", f'"{self.said}"'), ("Last-Modified", MODIFIED)]
        start_response(self.status, headers)
        return [self.said.encode() * self.length]


class Layer:
    """The layer over a site, at a version that the test counts up."""

    def __init__(self, site: Site, most_bytes: int = 1_000_000) -> None:
        self.version, self.site = 1, site
        self.documents = WarmDocuments(site, lambda: self.version, most_bytes)
        self.get = Client(self.documents).get
        self.head = Client(self.documents).head
        self.post = Client(self.documents).post


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def layer(site: Site) -> Layer:
    return Layer(site)


def test_a_document_is_rendered_once_for_each_version(layer: Layer, site: Site) -> None:
    for version in (1, 1, 2, 2, 3):
        layer.version = version
        layer.get(FEED)
    assert site.asked == ["GET /feeds/entries.atom"] * 3


def test_the_first_answer_and_the_next_are_the_same_to_the_last_header(layer: Layer) -> None:
    cold, warm = layer.get(FEED), layer.get(FEED)
    assert (warm.status, list(warm.headers), warm.data) == (cold.status, list(cold.headers), cold.data)
    assert list(cold.headers) == [
        ("Content-Type", "text/plain"),
        ("Vary", "Accept-Encoding"),
        ("ETag", '"x"'),
        ("Last-Modified", MODIFIED),
        ("Content-Length", "100"),
    ]


def test_head_has_the_headers_of_get_and_no_body(layer: Layer, site: Site) -> None:
    head, get = layer.head(FEED), layer.get(FEED)
    assert (list(head.headers), head.data) == (list(get.headers), b"")
    assert site.asked == ["GET /feeds/entries.atom"]


def test_gzip_is_the_same_document_under_a_tag_of_its_own(layer: Layer) -> None:
    packed, plain = layer.get(FEED, headers={"Accept-Encoding": "gzip"}), layer.get(FEED)
    assert gzip.decompress(packed.data) == plain.data
    assert [(r.headers["ETag"], r.headers.get("Content-Encoding")) for r in (packed, plain)] == [
        ('"x-gzip"', "gzip"),
        ('"x"', None),
    ]
    assert packed.headers["Content-Length"] == str(len(packed.data))


def test_what_gzip_would_make_longer_is_sent_as_it_is(site: Site) -> None:
    site.length = 1
    answer = Layer(site).get(FEED, headers={"Accept-Encoding": "gzip"})
    assert (answer.data, answer.headers.get("Content-Encoding")) == (b"x", None)


@pytest.mark.parametrize(
    ("accepted", "takes"),
    [
        ("gzip", True),
        ("deflate, GZIP;q=0.5", True),
        ("br, *", True),
        ("", False),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip; q=0.000, br", False),
        ("*, gzip;q=0", False),
        ("*;q=0", False),
    ],
)
def test_gzip_is_sent_to_those_that_take_it(accepted: str, takes: bool) -> None:
    assert takes_gzip(accepted) is takes


LATER, EARLIER = "Tue, 24 Nov 2026 00:00:00 GMT", "Sun, 22 Nov 2026 00:00:00 GMT"


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"If-None-Match": '"x"'}, 304),
        ({"If-None-Match": 'W/"x"'}, 304),
        ({"If-None-Match": '"x-gzip"'}, 304),
        ({"If-None-Match": '"old", "x"'}, 304),
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": '"old"'}, 200),
        ({"If-None-Match": ""}, 200),
        ({"If-Modified-Since": MODIFIED}, 304),
        ({"If-Modified-Since": LATER}, 304),
        ({"If-Modified-Since": EARLIER}, 200),
        ({"If-Modified-Since": "yesterday"}, 200),
        ({"If-Modified-Since": "Mon, 23 Nov 2026 10:00:00 -0000"}, 200),
        ({"If-None-Match": '"old"', "If-Modified-Since": LATER}, 200),
        ({"If-None-Match": '"x"', "If-Modified-Since": EARLIER}, 304),
    ],
)
def test_who_has_the_document_is_told_so(layer: Layer, method: str, asked: dict[str, str], status: int) -> None:
    answers = [getattr(layer, method)(FEED, headers=asked) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [status] * 2


def test_a_304_has_the_validators_and_nothing_about_a_body(layer: Layer) -> None:
    answer = layer.get(FEED, headers={"If-None-Match": '"x"', "Accept-Encoding": "gzip"})
    assert (list(answer.headers), answer.data) == (
        [("Vary", "Accept-Encoding"), ("ETag", '"x-gzip"')],
        b"",
    )


def test_an_error_is_passed_on_whole_and_never_kept(layer: Layer, site: Site) -> None:
    site.status, site.said = "400 BAD REQUEST", "no"
    asked = {"If-None-Match": "*", "If-Modified-Since": LATER, "Accept-Encoding": "gzip"}
    bad = [layer.get(FEED, headers=asked) for _ in range(2)]
    assert [(answer.status_code, answer.text) for answer in bad] == [(400, "no" * 100)] * 2
    site.status, site.said = "200 OK", "yes"
    assert layer.get(FEED).text == "yes" * 100


def test_other_pages_and_methods_go_through(layer: Layer, site: Site) -> None:
    layer.get("/plan?utm_source=x")
    layer.get("/plan?utm_source=x")
    layer.post(FEED)
    assert site.asked == ["GET /plan?utm_source=x", "GET /plan?utm_source=x", "POST /feeds/entries.atom"]


def test_parameters_that_no_feed_reads_make_no_document_of_their_own(layer: Layer, site: Site) -> None:
    for query in ("area=X-EXA", "utm_source=a&area=X-EXA", "area=X-EXA&fbclid=b", "&area=X-EXA&"):
        layer.get(f"{FEED}?{query}")
    assert site.asked == ["GET /feeds/entries.atom?area=X-EXA"]


@given(
    st.lists(st.sampled_from(["theme=falls", "%74heme=falls", "page=2", "utm=1", "page", "=", "", "q=a=b", "Theme=x"]))
)
@settings(max_examples=60)
def test_a_document_is_rendered_from_the_very_query_that_it_is_kept_under(parts: list[str]) -> None:
    site = Site()
    layer = Layer(site)
    layer.get(FEED, query_string="&".join(parts))
    (key,) = layer.documents._kept
    assert site.asked == [f"GET {FEED}" + (f"?{key[1]}" if key[1] else "")]
    assert known_parameters(key[1]) == key[1]


def test_the_least_recently_asked_for_makes_room(site: Site) -> None:
    layer = Layer(site, most_bytes=2 * 1200)
    for page in (1, 2, 1, 3, 1, 2):
        layer.get(f"{FEED}?page={page}")
    assert [asked[-1] for asked in site.asked] == ["1", "2", "3", "2"]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3000), st.integers(1, 2)), max_size=40))
@settings(max_examples=50)
def test_whatever_is_asked_the_store_stays_within_its_bound(asked: list[tuple[int, int, int]]) -> None:
    site = Site()
    layer = Layer(site, most_bytes=6000)
    for page, site.length, layer.version in asked:
        layer.get(f"{FEED}?page={page}")
        kept = [document.size for _, document in layer.documents._kept.values()]
        assert layer.documents._size == sum(kept) <= 6000


def test_where_the_version_cannot_be_read_the_application_answers(site: Site) -> None:
    def broken() -> int:
        raise RuntimeError("the driver's own error")

    client = Client(WarmDocuments(site, broken))
    assert [client.get(FEED).status_code, client.get(FEED).status_code] == [200, 200]
    assert site.asked == ["GET /feeds/entries.atom"] * 2
