# ruff: noqa: E501 (a pattern is easier to read in one piece)
"""What must be settled before a message is read: overrides, personal data, threats, negated commands, help.

Knows patterns over the folded text (guards.yaml), no metric and no name.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_COUNTED = re.compile(r"\b(?:quejas?|incumplimientos?|violaciones|complaints?|breach(?:es)?|violations?)\b")
_COURTESIES = frozenset(("gracias", "hola", "thanks", "hi", "hello", "hey", "saludos", "felicidades"))
_REFUSALS = ("injection", "pii", "compliance")


@dataclass(frozen=True)
class Verdict:
    """An outcome fixed by the wording alone."""

    outcome: str  # refuse | none | smalltalk | help | past | ability
    about: str | None = None


class Guards:
    """Compiled once; looked at for every message."""

    def __init__(self, path: Path = Path(__file__).with_name("guards.yaml")) -> None:
        with path.open(encoding="utf-8") as source:
            raw = yaml.load(source, Loader=_LOADER)  # noqa: S506 (builds nothing but text)
        self._refusals = {about: _union(raw[about]) for about in _REFUSALS}
        self._off_topic = _union(raw["off_topic"])
        verbs = raw["action_verbs"].replace(" ", "").replace("handover", "hand over")
        self._act = re.compile(rf"\b(?:{verbs})\b")
        self._negated = re.compile(
            r"(?:^|[,.;!¡¿?]\s*|\b(?:por favor|porfa|please|todavia|aun|mejor|oye|pero|y|and|asi que|ya|se los pido|(?:pido|solicito|suplico|ruego|encargo|quiero|queremos|necesito|necesitamos|quisiera|prefiero|requiero|mejor)(?: que)?|favor de|favor|(?:ojo|cuidado|aguas|atencion|importante|careful|important)\W{0,2})\s+)"
            r"(?:(?:no|nunca|jamas|ni se te ocurra|evita|evitemos|don't|dont|do not|never|let's not|avoid)"
            r"(?: quiero que| vayas a| vayan a| quiero| want you to| debes| you| ever| se te ocurra| me| le| les| los| las| lo)?)"
            rf"\s+(?:{verbs})\b"
            # "a Omar Mora no le asignes ...": him, nothing
            r"|^\W*(?:a|al|to)\s+(?!(?:que|quien|quienes|cual|cuales|cuant[oa]s?)\b)(?:[a-z.]+\s+){1,4}(?:no|nunca|jamas)\s+(?:les?|l[oa]s?)\s+(?:vayas a |vayan a )?"
            rf"(?!llam|marc|marq|contact|habl|\w+(?:aron|ieron|ado|ido)\b)(?:{verbs})\b(?![^?]*\?)"
        )
        self._past = re.compile(
            r"\b(?:ya|already|se)\s+(?:me\s+|te\s+|se\s+|les?\s+|los\s+|las\s+|lo\s+)?(?:han?\s+|fueron\s+)?"
            r"(?:pasaron|paso|reasign(?:aron|o|aste|ado|adas?)|asign(?:aron|o|aste|adas?)|movieron|movio|moviste|transfirieron|cancel(?:aron|o|aste|ado)"
            r"|registr(?:aron|o|aste|ado)|captur(?:aron|o|aste)|repartieron|enviaron|envio|mand(?:aron|o|aste)|cargaron|cargo|aplic(?:aron|o|aste)|hicieron|hiciste)\b"
            r"|\b(?:quien|who)\s+(?:reasigno|movio|cancelo|registro|capturo|asigno|paso|cambio|fijo|puso|modifico|actualizo|retuvo|libero|changed|set|moved|reassigned|cancel+ed|recorded|assigned)\b"
            r"|^\W*(?:reasign|mov|cancel|registr|captur|envi|mand|asign|pas|program|agreg|marc|transfir)(?:aste|iste|aron|ieron)\b"
            r"|\b(?:did|has|have|were|was)\s+(?:\w+\s+){1,4}(?:moved?|reassign(?:ed)?|cancel+(?:ed)?|record(?:ed)?|assign(?:ed)?|sent|send)\b"
        )
        self._ability = re.compile(
            rf"\b(?:(?:me |nos )?(?:se )?(?:puedes|puede|podrias|podemos|puedo|podria|pueden|sabes|es posible|hay forma de|hay manera de|(?:eres|es|seras|serias|son|eres tu|es usted) capa(?:z|ces) de|tienes (?:forma|manera|modo|capacidad) de|sirves para|podras|podran|podra|podrian|como|could you|can you|can i|can we|is it possible to|are you able to|are you capable of|do you know how to|how do i|how can i|how to)"
            rf"(?:\s+(?:yo|tu|usted|me|we|i|se|le|les|please|por favor|porfa|uno|el bot|cartera))*)\s+(?:{verbs})\b"
        )
        self._smalltalk = _whole(raw["smalltalk"], repeat=True)
        self._chatter = _union(raw["chatter"])
        self._help = _whole(raw["help"])
        self._define = re.compile(rf"^(?:.{{0,12}}\b)?(?:{_alternatives(raw['define'])})\b")
        self._what_is = re.compile(r"^\W*(?:what's|what is|what are|whats)\s+(?!the\b|our\b|my\b|your\b)")
        self._yes = _whole(raw["yes"], repeat=True)
        self._no = _whole(raw["no"], repeat=True)

    def refusal(self, text: str) -> Verdict | None:
        for about, pattern in self._refusals.items():
            # "quejas por amenazas" counts what others did; it asks nobody to threaten.
            if about == "compliance" and _COUNTED.search(text):
                continue
            if pattern.search(text):
                return Verdict("refuse", about)
        return None

    def negated(self, text: str) -> bool:
        return bool(self._negated.search(text))

    def past(self, text: str) -> bool:
        return bool(self._past.search(text))

    def ability(self, text: str) -> bool:
        return bool(self._ability.search(text))

    def off_topic(self, text: str) -> bool:
        return bool(self._off_topic.search(text))

    def smalltalk(self, text: str) -> bool:
        return bool(self._smalltalk.match(_words(text)))

    def chatter(self, text: str) -> bool:
        """ "oigan, ¿alguien sabe ...?": said to the others in the room."""
        return bool(self._chatter.search(text))

    def courteous(self, text: str) -> bool:
        """ "gracias hermosa", "hola mi buen": a few words around a greeting or thanks."""
        said = _words(text).split()
        return len(said) <= 4 and bool({*said[:2], *said[-1:]} & _COURTESIES)

    def help(self, text: str) -> bool:
        return bool(self._help.match(_words(text)))

    def defines(self, text: str) -> bool:
        """ "¿cómo calculas contención?", "define roll rate"."""
        return bool(self._define.search(text.strip(" ¿¡?!.")))

    def bare_what_is(self, text: str) -> bool:
        """ "what is containment?": a definition, where "what is the containment" asks the number."""
        return bool(self._what_is.search(text))

    def answer(self, text: str) -> bool | None:
        """A plain yes or no to a proposal; None where anything else is said with it."""
        words = _words(text)
        if self._no.match(words):
            return None if words in ("gracias", "por favor", "thanks", "please", "para") else False
        if self._yes.match(words):
            return None if words in ("gracias", "por favor", "porfa", "please") else True
        return None


def _words(text: str) -> str:
    kept = re.sub(r"[^a-z0-9' ]+", " ", text)
    return " ".join(kept.split())


def _alternatives(folded: str) -> str:
    return re.sub(r"\s*\|\s*", "|", folded.strip())


def _union(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{p})" for p in patterns))


def _whole(folded: str, *, repeat: bool = False) -> re.Pattern[str]:
    inner = _alternatives(folded)
    lead = r"(?:(?:oye|hola|hi|hey|bot|por favor|porfa|please|y|me|das)\s+)*"
    return re.compile(
        rf"{lead}(?:{inner})(?:\s+(?:{inner}))*$"
        if repeat
        else rf"{lead}(?:{inner})(?:\s+(?:por favor|porfa|please|bot))*$"
    )
