"""How accounts are dialled, changed from chat."""
