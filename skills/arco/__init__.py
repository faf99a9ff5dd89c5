"""What the law wants forgotten: a debtor's data on his request, and whatever has outlived its term."""
