"""A person's or a team's numbers at a glance: against target and before, and what to do about them today."""
