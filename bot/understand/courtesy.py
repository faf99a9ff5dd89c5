# ruff: noqa: E501 (a pattern is easier to read in one piece)
"""What people say around a request to be polite, blanked before anything is read. Knows no request."""

import re

from bot.understand.normalise import fold

_PHRASES = (
    r"(?:disculp(?:a|e|en|ame)|perdon(?:a|e|en|ame)?)(?: (?:por )?(?:la|las|tanta) molestias?| que (?:te |les? |los )?molest\w+| por molestar\w*)?",
    r"si no (?:es|fuera|te es|les es) (?:mucha |ninguna |demasiada )?molestia|sin (?:afan|animo) de (?:molestar|ser molest\w+)",
    r"(?:espero|esperando) que (?:\w+ ){0,2}(?:estes?|esten|te encuentres|se encuentren|andes?|vaya|este)(?: (?:muy |super |todo )?(?:bien|excelente|genial|de maravilla))?(?: (?:tu|su|el) (?:dia|semana|tarde))?",
    r"(?:i )?hope (?:you're|you are|youre|all is|everything is|this finds you|your (?:day|week) is)(?: (?:doing |having |going )*(?:an? )?(?:\w+ )?(?:well|good|great|day|week|fine))?",
    r"(?:(?:muchas|mil|muchisimas|de antemano,?) )?gracias(?:,? (?:de antemano|por (?:todo|tu|su|el|la)(?: (?:apoyo|ayuda|tiempo|paciencia|atencion))?|totales))+|muchas gracias|mil gracias|de antemano(?:,? gracias)?",
    r"(?:thanks|thank you|thx)(?: (?:so|very) much| a (?:lot|million|bunch)| in advance| for (?:your|the) (?:help|time|support))+",
    r"(?:me )?(?:serias|seria|podrias ser|podria ser|si eres|si fueras|fueras) tan amable(?: de)?|(?:would|could) you be so kind (?:as )?(?:to)?|if (?:you don't|you do not|you dont) mind|if (?:it's|it is) not too much trouble",
    r"when(?:ever)? you (?:get|have) (?:a|the) (?:chance|moment|minute|sec|second|time)|cuando (?:puedas|tengas (?:un )?(?:tiempo|chance|momento|minuto|ratito)|te sea posible)|en cuanto puedas|si tienes (?:tiempo|chance|un momento|un minuto)",
    r"(?:y )?de ser posible|si es posible|si se puede|si fuera posible|if (?:at all )?possible|if you can|if you could",
    r"quedo (?:al pendiente|atent[oa]|en espera|a la espera)(?: de (?:tu|su|tus|sus) (?:respuesta|comentarios|apoyo))?|quedamos (?:al pendiente|atent[oa]s)|(?:reciban? )?(?:un )?(?:cordial saludo|saludos cordiales|saludos|buen dia y saludos)(?! (?:de|a) )|(?:best|kind|warm) regards|regards|cheers",
    r"con (?:todo|mucho) (?:gusto|respeto)|con la (?:novedad|pena)(?: de)? que|con permiso",
    r"(?:(?:tengo|hago|te hago|les hago) )?una (?:pregunta|duda|consulta)(?: (?:rapida|rapidita|nada mas))?|una preguntita|(?:a |one |just a )?quick (?:question|one)(?: for you)?",
    r"(?:para|pa) (?:la|mi|una|nuestra) (?:junta|reunion|presentacion|sesion|llamada|videollamada)(?: (?:de las? \d{1,2}(?::\d\d)?(?: de la (?:manana|tarde|noche)| ?[ap]m)?|de (?:hoy|manana|ayer)|(?:de|del|con) (?:el |la |los )?(?:cliente|comite|consejo|direccion|gerencia|directores|jefes)|del (?:lunes|martes|miercoles|jueves|viernes)))*",
    r"for (?:the|my|our|a) (?:(?:board|client|team|staff|morning|weekly|monthly) )?(?:meeting|presentation|call|review)(?: (?:at \d{1,2}(?::\d\d)?(?: ?[ap]m)?|today|tomorrow|this (?:morning|afternoon)|on (?:monday|tuesday|wednesday|thursday|friday)))?",
    r"(?:hola|holi|holis|buen dia|buenos dias|buenas tardes|buenas noches|buenas|hi|hello|hey|good (?:morning|afternoon|evening)|morning)(?: a)?(?: (?:todos|todas|tod[oa]s|equipo|team|all|everyone|everybody|gente|raza|banda|there|guys|chicos|chicas|cartera|bot))*(?=\s*[,!.:;\-]|\s+(?:espero|disculp|perdon|hope|buen|que tal))",
    r"como (?:estas|estan|has estado|te va)(?=\s*[,?!.])|how are you(?: (?:doing|today))*(?=\s*[,?!.])",
)
_COURTESY = re.compile("|".join(rf"(?<![a-z0-9])(?:{phrase})(?![a-z0-9])" for phrase in _PHRASES))
# From here on it may be what a note is to say: data, whatever is in it.
_DATA = re.compile(
    r"[:\"`«“]|\b(?:notas?|comentarios?|observaci\w+|notes?|comments?|recordatorios?|recuerd\w+|remind\w*)\b"
)
_SAYS = re.compile(r"[a-z0-9]{2,}")


def without_courtesy(text: str) -> str:
    """The same length, so that every place stays; as it was where nothing else is said."""
    folded = fold(text)
    if len(folded) != len(text):
        return text
    until = data.start() if (data := _DATA.search(folded)) else len(folded)
    out, said = text, folded
    for match in _COURTESY.finditer(folded, 0, until):
        gap = " " * (match.end() - match.start())
        out = out[: match.start()] + gap + out[match.end() :]
        said = said[: match.start()] + gap + said[match.end() :]
    return out if _SAYS.search(said) else text
