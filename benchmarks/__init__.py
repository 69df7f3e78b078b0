"""Compare the cost of this package with that of others, in one run; see README.md."""
