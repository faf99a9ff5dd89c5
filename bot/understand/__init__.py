"""Text to request: what a person typed, as the contract's reading. Deterministic."""

from bot.understand.reading import Reader
from bot.understand.result import Reading

__all__ = ["Reader", "Reading"]
