# ruff: noqa: E501 (a pattern is easier to read in one piece)
"""Reads a person's yes or no to being named when she does well: "sí quiero que me reconozcan".

The whole message says it, or it is not read here.
"""

import re

from bot.understand.normalise import Typed
from bot.understand.result import Reading

_LEAD = r"(?:(?:oye|hola|por favor|porfa|please|cartera|hey|bueno|ok|claro|si|yes|pues)[\s,]+)*"
_LATER = r"(?:\s+(?:mas|por favor|porfa|gracias|please|any\s*more|(?:en|ante|con|frente a)\s+(?:publico|mi equipo|el equipo|los demas)|in (?:public|front of (?:my|the) team)|cuando (?:alcance|llegue a) (?:mi|la) meta|when i (?:reach|hit) my target))*"
_NAMED = r"(?:reconozcan?|reconozcas|mencionen?|menciones|nombren?|nombres|feliciten?|felicites)"
_YES = (
    rf"(?:(?:si|ya)\s+)*(?:quiero|quisiera|acepto|me gustaria|autorizo)\s+que\s+me\s+{_NAMED}"
    r"|(?:si\s+)?(?:puedes|pueden)\s+(?:reconocerme|mencionarme|nombrarme|felicitarme)"
    r"|(?:i\s+(?:do\s+)?(?:want|would like|agree|like)|i'd like)\s+to\s+be\s+(?:recogni[sz]ed|named|mentioned)"
    r"|you\s+(?:may|can)\s+(?:recogni[sz]e|name|mention)\s+me"
)
_NO = (
    rf"(?:ya\s+)?(?:no\s+)(?:quiero|quisiera|acepto|me gustaria|autorizo)\s+que\s+me\s+{_NAMED}"
    rf"|(?:ya\s+)?no\s+me\s+{_NAMED}|deja\s+de\s+(?:reconocerme|mencionarme|nombrarme)"
    r"|i\s+(?:do\s+not|don't|no\s+longer)\s+want\s+to\s+be\s+(?:recogni[sz]ed|named|mentioned)"
    r"|(?:do\s+not|don't|stop)\s+(?:recogni[sz](?:e|ing)|nam(?:e|ing)|mention(?:ing)?)\s+me"
)
_SAID = re.compile(rf"{_LEAD}(?:(?P<no>{_NO})|(?P<yes>{_YES})){_LATER}")
_SIGNS = re.compile("[¿?¡!.,;:]")


def read_recognition(typed: Typed) -> Reading | None:
    said = _SAID.fullmatch(" ".join(_SIGNS.sub(" ", typed.folded).split()))
    if said is None:
        return None
    return Reading("action", "set_recognition", {"wanted": said["yes"] is not None})
