"""Asking a KPI: one question, from a request to the number with its basis."""
