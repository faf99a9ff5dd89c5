"""Courses given to agents from chat."""
