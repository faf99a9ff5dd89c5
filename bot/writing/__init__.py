"""The desk's write path: propose, confirm, approve, apply, undo."""

from bot.writing.steps import STEPS, Lent, Writing

__all__ = ["STEPS", "Lent", "Writing"]
