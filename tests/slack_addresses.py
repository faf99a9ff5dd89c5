"""Addresses that pass for Slack's, and are not: what a payload could hold to have figures sent elsewhere."""

SLACK = "https://slack.com/api/"
LOCAL = "http://127.0.0.1:8001/api/"

GOOD = (
    ("https://hooks.slack.com/actions/T1/2/x", SLACK),
    ("https://hooks.slack.com/commands/T1/2/x?y=1", SLACK),
    ("https://hooks.slack.com/services/T1/B1/x", "https://www.slack.com/api/"),
    ("http://127.0.0.1:8001/actions/T1/1", LOCAL),
)

NOT_SLACK = (
    "",
    "hooks.slack.com/x",
    "//hooks.slack.com/x",
    "/actions/T1/2",
    "http://hooks.slack.com/actions",
    "ftp://hooks.slack.com/x",
    "ws://hooks.slack.com/x",
    "file:///etc/passwd",
    "file://hooks.slack.com/etc/passwd",
    "javascript:alert(1)",
    "data:text/plain,hooks.slack.com",
    "gopher://hooks.slack.com/_x",
    # another host
    "https://hooks.slack.com.evil.example/x",
    "https://evil.example/hooks.slack.com",
    "https://evil.example/?https://hooks.slack.com/x",
    "https://evil.example/#https://hooks.slack.com/x",
    "https://hooks-slack.com/x",
    "https://hooksXslack.com/x",
    "https://xhooks.slack.com/x",
    "https://hooks.slack.co/x",
    "https://slack.com/x",
    "https://api.slack.com/x",
    "https://files.slack.com/x",
    "https://hooks.slack.com./x",
    "https://.hooks.slack.com/x",
    # somebody before the host
    "https://hooks.slack.com@evil.example/x",
    "https://hooks.slack.com:443@evil.example/x",
    "https://user@hooks.slack.com/x",
    "https://user:word@hooks.slack.com/x",
    "https://@hooks.slack.com/x",
    "https://evil.example@hooks.slack.com/x",
    "https://hooks.slack.com%40evil.example/x",
    "https://hooks.slack.com\\@evil.example/x",
    "https://evil.example\\@hooks.slack.com/x",
    "https:\\\\hooks.slack.com\\x",
    "https://hooks.slack.com%2f@evil.example/x",
    "https://hooks.slack.com%00.evil.example/x",
    # a port
    "https://hooks.slack.com:444/x",
    "https://hooks.slack.com:80/x",
    "https://hooks.slack.com:443/x",
    "https://hooks.slack.com:/x",
    "https://hooks.slack.com:x/x",
    # numbers instead of a name
    "https://127.0.0.1/x",
    "https://127.1/x",
    "https://2130706433/x",
    "https://0x7f000001/x",
    "https://017700000001/x",
    "https://0.0.0.0/x",
    "https://169.254.169.254/latest/meta-data",
    "https://[::1]/x",
    "https://[::ffff:127.0.0.1]/x",
    "https://[::1",
    "https://[hooks.slack.com]/x",
    "https://localhost/x",
    # letters that look alike
    "https://hооks.slack.com/x",
    "https://xn--hks-5cda.slack.com/x",
    "https://hooks。slack。com/x",
    "https://ｈooks.slack.com/x",
    "https://hooks.ſlack.com/x",
    # signs nobody sees
    "https://hooks.slack.com\u200b/x",
    "https://hooks\u00ad.slack.com/x",
    "https://evil.example\thooks.slack.com/x",
    "https://hooks.slack.com\n.evil.example/x",
    " https://evil.example/x",
)
EVIL = (
    *((url, SLACK) for url in NOT_SLACK),
    ("http://127.0.0.1:8001/actions", SLACK),
    ("http://127.0.0.1:9001/actions", LOCAL),
    ("https://127.0.0.1:8001/actions", LOCAL),
    ("http://localhost:8001/actions", LOCAL),
    ("http://x@127.0.0.1:8001/actions", LOCAL),
    ("https://hooks.slack.com/actions", LOCAL),
)
