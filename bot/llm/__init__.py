"""The optional second reader and the narrator. Nothing here is imported while no model is named."""
