"""The forward plan: entries, what is known of them, and an honest account of what is not."""
