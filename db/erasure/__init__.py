"""Takes a debtor out of everything that is kept, and leaves the figures. Knows no sentence and no right."""
