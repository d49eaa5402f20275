"""Early notice: who asked to know what, and what reaches them when."""
