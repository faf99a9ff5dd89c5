"""What waits for the asker's decision, as a question."""
