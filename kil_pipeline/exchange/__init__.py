"""Exchange: what comes in from spreadsheets and notices, and what goes out as open data."""
