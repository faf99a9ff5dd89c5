"""Whether the product is well: what it measures of itself, what it finds wrong, where that is read."""
