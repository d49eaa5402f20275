"""Code lists and rules that the plan rests on: places, topics, routes, reasons, working days. Read once, never written."""
