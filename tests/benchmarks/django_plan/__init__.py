"""A Django application that holds a plan, as plain as one would write it."""
