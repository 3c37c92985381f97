"""The matrix: the faults, the moments, the rules, and how one cell runs."""
