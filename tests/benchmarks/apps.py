"""What feeds are measured against, served as the product is: a trivial Flask route, and a feed that nothing keeps."""

import os
import sys

from flask import Flask

from feeds import entry_feeds, entry_texts
from feeds.fragments import Fragments
from kil_pipeline.pieces import Pieces
from kil_pipeline.plan import public
from kil_pipeline.settings import load_settings
from web.app import create_app
from web.context import Context
from web.serving import run_server
from web.wiring import open_database


def hello() -> Flask:
    """Make the least that Flask can do."""
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: "hello")
    return app


def rendered_each_time() -> Flask:
    """Make the product without all that it keeps: documents, the fragments that feeds are joined from, entries."""
    vars(entry_feeds)["FRAGMENTS"] = Fragments(most_bytes=0)
    vars(entry_texts)["ITEMS"] = Pieces(0)
    vars(public)["ENTRIES"] = Pieces(0)
    settings = load_settings(os.environ)
    return create_app(Context(settings, open_database(settings)))


if __name__ == "__main__":
    run_server(load_settings(os.environ), "127.0.0.1", int(sys.argv[2]), target=sys.argv[1])
