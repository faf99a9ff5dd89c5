"""The Slack edge: events in, messages out. The only place that knows Slack; it knows no KPI."""
