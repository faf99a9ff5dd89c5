"""The law in chat: what was broken, what may be done now, what a rule says, what is done about a breach."""
