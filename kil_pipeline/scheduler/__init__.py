"""What is due, and the clock that asks. State is in tables: a missed tick heals itself."""
