"""Speeds, as ratios beside their floor in one run. Never part of a test."""
