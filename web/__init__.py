"""The web: pages, feeds over HTTP, the JSON view, and the `kil` command that puts everything together."""
