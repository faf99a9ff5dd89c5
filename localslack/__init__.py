"""A Slack on this machine: Web API, Socket Mode, and a page to use it. Nothing in the product imports it."""
