"""What the package costs, beside what others cost, in one run: see README.md."""
