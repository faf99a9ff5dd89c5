"""The surface: commands, reading, the desk, Slack. The only floor that knows where a word came from."""
