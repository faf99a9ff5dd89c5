"""Who did what, and who was refused: the record as people ask for it."""
