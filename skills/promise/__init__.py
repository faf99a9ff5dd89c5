"""Promises to pay, written down and taken back."""
