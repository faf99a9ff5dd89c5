"""Modals: what a person fills in, how it is read back, and what is done with it."""
