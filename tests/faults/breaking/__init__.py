"""Every fault of a server at every moment: what the faults, the moments and the rules are, and how one cell of their product runs."""
