"""Lists of rows, to look at and to act on."""
