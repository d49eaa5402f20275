"""What must stay fast: each benchmark compares two ways of doing the same work, for ratios outlive machines."""
