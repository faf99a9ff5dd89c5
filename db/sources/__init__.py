"""The relations a number is summed from: the facts with every dimension, and their pre-aggregated cells."""

from db.sources.registry import SOURCES, Source
from db.sources.window import Window

__all__ = ["SOURCES", "Source", "Window"]
