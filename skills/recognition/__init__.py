"""Being named before one's team: asked for, and taken back, by oneself alone."""
