"""Targets and budgets, set and told from chat."""
