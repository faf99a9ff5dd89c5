"""Agreements (convenios): made, cancelled, formalised and followed from chat."""
