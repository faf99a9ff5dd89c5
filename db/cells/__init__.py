"""Pre-aggregated sums: which cuts exist, and the refresh that rebuilds the days that changed."""
