"""Renderers and senders: public values in, bytes out. Knows no database and no web framework."""
