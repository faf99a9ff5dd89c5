# ruff: noqa: E501 (a pattern is easier to read in one piece)
"""What a message is for or why, blanked before it is read: "I need it for a slide", "el documento salió mal".

A closed list: none of them says a name, a number, rows or a no. Any other aside stays unread and is asked about.
"""

import re

from bot.understand.normalise import fold

_SHOWN = r"(?:presentacion|lamina|diapositiva|exposicion|junta|reunion|minuta|slides?|ppt|powerpoint)"
_SHOWN_EN = r"(?:slides?|slide deck|deck|presentation|powerpoint|ppt|meeting|handout)"
_PAPER = r"(?:documento|papel|formato|impresion|pdf|archivo)"
_WHY = r"(?:(?:es que|porque|ya que|because|since|as)\s+)?"
_CLAUSES = (
    rf"(?:es|esto es|(?:(?:yo )?(?:lo|la|los|las) (?:necesito|ocupo|quiero|requiero))) (?:para|pa) (?:una?|la|mi|el|nuestra) {_SHOWN}",
    rf"(?:it's|it is|this is|i need (?:it|this|them)|i want (?:it|this|them)|we need (?:it|this|them)) for (?:an?|the|my|our) {_SHOWN_EN}",
    rf"{_WHY}(?:el|la) {_PAPER} (?:salio|quedo|se hizo|se imprimio|esta) (?:muy )?(?:mal|equivocad[oa]|incorrect[oa])",
    rf"{_WHY}the (?:document|paper|paperwork|form|file) (?:came out|was|is) (?:wrong|incorrect)",
    rf"{_WHY}(?:el|la) (?:titular|deudora?) (?:se )?(?:arrepintio|desistio|retracto|echo (?:para|pa) atras|hizo (?:para|pa) atras)",
    rf"{_WHY}the (?:debtor|account holder|holder) (?:backed out|pulled out|changed (?:his|her|their) mind)",
)
_CLAUSE = rf"(?:{'|'.join(_CLAUSES)})"
_SIGN = re.compile(r"[,;.:!](?=\s*\S)")
# Parted from the rest by a sign: inside a sentence it may be what is asked about.
_ASIDE = re.compile(
    rf"^(?P<first>[\s¡¿]*{_CLAUSE}\s*[,;.:!]+)(?=\s*\S)|(?P<last>\s*[,;.!]\s*(?:y\s+|and\s+)?{_CLAUSE}(?=[\s.!]*$))"
)
# "El titular pidió no ser contactado: marca la cuenta ... como no llamar": said again by the order itself.
_HIS_WISH = re.compile(
    r"^[\s¡¿]*(?:el|la|the) (?:titular|deudora?|debtor|account holder|holder)\s+(?:(?:ya\s+)?(?:pidio|solicito|exigio|asked|requested)\s+(?:que\s+)?"
    r"(?:no (?:(?:se )?(?:le|lo|la) (?:llamen?|marquen?|contacten?|busquen?)|ser (?:contactad|llamad|molestad|buscad)[oa])|not to be (?:called|contacted)|no (?:more )?calls))(?:\s+(?:mas|nunca mas|anymore|again))?"
    r"\s*[,;.:]+(?=\s*(?:(?:please|favor de|hay que)\s+)?(?:mar(?:c|qu)[a-z]+|pon[a-z]*|bloque[a-z]+|agreg[a-z]+|mark|put|set|add|block|flag)\b.*\b(?:no (?:llamar|contactar|molestar)|do[ -]not[ -]call|dnc)\b)"
)
# What a note, a reason or a reminder says is data, whatever is in it.
_DATA = re.compile(
    r"[\"`«“]|\b(?:notas?|comentarios?|observaci\w+|notes?|comments?|recordatorios?|recuerd\w+|remind\w*|(?:in)?conformidad\w*|incumplimientos?|alertas?|breach\w*|alerts?)\b"
)


def without_asides(text: str) -> str:
    """As it was where nothing of the list is said, or where nothing else is."""
    if not _SIGN.search(text):
        return text
    folded = fold(text)
    if len(folded) != len(text) or _DATA.search(folded):
        return text
    for pattern in (_HIS_WISH, _ASIDE):
        if (match := pattern.search(folded)) is not None:
            left = text[: match.start()] + " " * (match.end() - match.start()) + text[match.end() :]
            return left.strip() or text
    return text
