"""The chain under the record: each row sealed over the one before, its head anchored outside the database."""
