"""The core: the forward plan, its events and what becomes of them. Knows neither the web nor a file format."""
