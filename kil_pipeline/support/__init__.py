"""Help for small organisations: local support, their profile, their interest in an entry, and each other."""
