"""Code lists and rules that the plan rests on: places, topics, routes, reasons, working days. Only read."""
