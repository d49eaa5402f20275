"""Starting the server."""

import socket

import pytest

from kil_pipeline.errors import ConfigurationError
from kil_pipeline.settings import load_settings
from web.serving import serve


def test_a_port_that_is_taken_is_not_shared_without_a_word() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(ConfigurationError, match=f"Port {port} of 127.0.0.1 cannot be used"):
            serve(load_settings({"KIL_ENV": "development"}), "127.0.0.1", port)
