"""What is true: tables, numbers, calendars and the doors to them. Knows no skill and no Slack."""
