"""Engagement: co-design sessions in community venues (steps 4 and 5 of the guide)."""
