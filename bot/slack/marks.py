"""Makes data harmless in Slack's markup. Knows what Slack would act on, not what a message is about."""

import re

ELLIPSIS = "…"
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
# Slack has no escape for its formatting signs, so data gets a twin that looks alike and does nothing.
_TWINS = str.maketrans({"*": "∗", "~": "∼", "`": "ˋ"})
_EDGE_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
# A name has a letter or a sign in it, or is one of the two numbers: a time such as 10:30:15 stays as it is.
_EMOJI = re.compile(r":(?=(?:[\w+'-]*[^\W\d][\w+'-]*|[+-]1|100|1234):)|(?<=[a-z0-9_+]):(?![\s\d])")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_USER = re.compile(r"[UW][A-Z0-9]{1,20}")


def inert(text: str) -> str:
    """`text` for a mrkdwn field: it shows as it reads and makes no mention, link, format or emoji."""
    plain = _CONTROL.sub("", text).translate(_TWINS)
    plain = _EDGE_UNDERSCORE.sub("ˍ", plain)
    plain = _EMOJI.sub("꞉", plain)
    return plain.translate(_ENTITIES)


def bare(text: str) -> str:
    """`text` for a field that Slack takes literally (plain_text, raw_text): only control signs go."""
    return _CONTROL.sub("", text)


def mention(user_id: str) -> str:
    """The only mention there is: of a user id that Slack itself sent."""
    if not _USER.fullmatch(user_id):
        raise ValueError("not a Slack user id")
    return f"<@{user_id}>"


def cut(text: str, most: int) -> str:
    """At most `most` characters, with an ellipsis where something went."""
    if len(text) <= most:
        return text
    return text[: most - 1].rstrip() + ELLIPSIS


def cut_marked(text: str, most: int) -> str:
    """`cut` for text that is already inert: never in the middle of an entity such as &amp;."""
    if len(text) <= most:
        return text
    kept = text[: most - 1]
    amp = kept.rfind("&")
    if amp != -1 and ";" not in kept[amp:]:
        kept = kept[:amp]
    return kept.rstrip() + ELLIPSIS
