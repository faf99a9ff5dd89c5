"""One account, for those who work it or answer for it."""
