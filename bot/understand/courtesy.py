# ruff: noqa: E501 (a pattern is easier to read in one piece)
"""What people say around a request to be polite, blanked before anything is read. Knows no request."""

import re

from bot.understand.normalise import fold

_PHRASES = (
    r"(?:disculp(?:a|e|en|ame)|perdon(?:a|e|en|ame)?)(?: (?:por )?(?:la|las|tanta) molestias?| (?:que|q) (?:te |les? |los )?molest\w+| por molestar\w*)?",
    r"(?:le|te|les|se lo|se les)? ?(?:agradec(?:eria|eriamos|ere|eremos|ere mucho|eria mucho))(?:n? mucho| bastante| infinitamente| de antemano)?(?: (?:su|tu) (?:apoyo|ayuda|atencion|tiempo|respuesta)|(?= (?:si (?:me |nos )?(?:pued|podr)\w+|el|la|los|las|un|una|que me|que nos|poder|saber|ver)))",
    r"(?:si (?:me |nos )?(?:fueras?|fueran|es|eres|son) tan amables?|(?:i'd|i would|we'd|we would) (?:really |very much )?appreciate(?: it if you could| seeing| having| getting| knowing)?|(?:much |greatly )?appreciated|if it's no bother|if it is no bother|if you would|at your (?:earliest )?convenience|no rush|sin prisas?|no urge|cuando (?:pueda|puedan|guste|gustes|tenga (?:un )?(?:tiempo|chance|momento|minuto|ratito)|tengan (?:un )?(?:tiempo|chance|momento|minuto|ratito)|le sea posible|les sea posible|se pueda)|en cuanto (?:pueda|puedan|tengas? (?:un )?(?:tiempo|chance|momento|minuto))|si (?:tienen?|tuvieras?) (?:tiempo|chance|un momento|un minuto|un ratito)|por su (?:apoyo|atencion|ayuda)|(?:con )?(?:su|tu) (?:valioso )?apoyo(?: por favor)?(?= con| para|,)|quedo en espera|agradezco (?:de antemano |mucho )?(?:su|tu) (?:apoyo|ayuda|atencion|respuesta|tiempo)|(?:muy )?agradecid[oa]s?|estimad[oa]s?(?: \w+)?(?=\s*[,:]))",
    r"si no (?:es|fuera|te es|les es|le es|hay|resulta|causa) (?:mucha |ninguna |demasiada )?molestia|sin (?:afan|animo) de (?:molestar|ser molest\w+)",
    r"(?:espero|esperando)(?: que)? (?:\w+ ){0,2}?(?:estes?|esten|te encuentres|se encuentren|andes?|vaya|este)(?: (?:muy |super |todo )?(?:bien|excelente|genial|de maravilla))?(?: (?:tu|su|el) (?:dia|semana|tarde))?",
    r"(?:i )?hope (?:you're|you are|youre|all is|everything is|this finds you|your (?:day|week) is)(?: (?:doing |having |going )*(?:an? )?(?:\w+ )?(?:well|good|great|day|week|fine))?",
    r"(?:(?:muchas|mil|muchisimas|de antemano,?) )?gracias(?:,? (?:de antemano|por (?:todo|tu|su|el|la)(?: (?:apoyo|ayuda|tiempo|paciencia|atencion))?|totales))+|muchas gracias|mil gracias|de antemano(?:,? gracias)?",
    r"(?:thanks|thank you|thx)(?: (?:so|very) much| a (?:lot|million|bunch)| in advance| for (?:your|the) (?:help|time|support))+",
    r"(?:me )?(?:serias|seria|podrias ser|podria ser|si eres|si fueras|fueras) tan amable(?: de)?|(?:would|could) you be so kind (?:as )?(?:to)?|if (?:you don't|you do not|you dont) mind|if (?:it's|it is) not too much trouble",
    r"when(?:ever)? you (?:get|have) (?:a|the) (?:chance|moment|minute|sec|second|time)|cuando (?:puedas|tengas (?:un )?(?:tiempo|chance|momento|minuto|ratito)|te sea posible)|en cuanto puedas|si tienes (?:tiempo|chance|un momento|un minuto)",
    r"(?:y )?de ser posible|si es posible|si se puede|si fuera posible|if (?:at all )?possible|if you can|if you could",
    r"quedo (?:al pendiente|atent[oa]|en espera|a la espera)(?: de (?:tu|su|tus|sus) (?:respuesta|comentarios|apoyo))?|quedamos (?:al pendiente|atent[oa]s)|(?:reciban? )?(?:un )?(?:cordial saludo|saludos cordiales|saludos|buen dia y saludos)(?! (?:de|a) )|(?:best|kind|warm) regards|regards|cheers",
    r"(?:would|could|can|will) you (?:please )?share(?: with (?:me|us))?(?!.*(?:\bwith\b|#|\bto\b|\bmail|\bcorreo|\breports?\b|\breportes?\b|\binformes?\b|\bsummary\b|\bpack\b|\bscorecards?\b|\bresumen\b))",
    r"o ?sea(?= mi (?:monto|numero|total|tasa|porcentaje)\b)",
    r"con (?:todo|mucho) (?:gusto|respeto)|con la (?:novedad|pena)(?: de)? que|con permiso",
    r"(?:(?:tengo|hago|te hago|les hago) )?una (?:pregunta|duda|consulta)(?: (?:rapida|rapidita|nada mas))?|una preguntita|(?:a |one |just a )?quick (?:question|one)(?: for you)?",
    r"(?:para|pa) (?:la|mi|una|nuestra) (?:junta|reunion|presentacion|sesion|llamada|videollamada)(?: (?:de las? \d{1,2}(?::\d\d)?(?: de la (?:manana|tarde|noche)| ?[ap]m)?|de (?:hoy|manana|ayer)|(?:de|del|con) (?:el |la |los )?(?:cliente|comite|consejo|direccion|gerencia|directores|jefes)|del (?:lunes|martes|miercoles|jueves|viernes)))*",
    r"for (?:the|my|our|a) (?:(?:board|client|team|staff|morning|weekly|monthly) )?(?:meeting|presentation|call|review)(?: (?:at \d{1,2}(?::\d\d)?(?: ?[ap]m)?|today|tomorrow|this (?:morning|afternoon)|on (?:monday|tuesday|wednesday|thursday|friday)))?",
    r"(?:hola|holi|holis|buen dia|buenos dias|buenas tardes|buenas noches|buenas|hi|hello|hey|good (?:morning|afternoon|evening)|morning)(?: a)?(?: (?:todos|todas|tod[oa]s|equipo|team|all|everyone|everybody|gente|raza|banda|there|guys|chicos|chicas|cartera|bot))*(?=\s*[,!.:;\-]|\s+(?:espero|disculp|perdon|hope|buen|que tal))",
    r"como (?:estas|estan|has estado|te va)(?=\s*[,?!.])|how are you(?: (?:doing|today))*(?=\s*[,?!.])",
)
# Said by themselves at one end of a message, or between commas, they carry nothing; inside they may be more.
_PLAIN = (
    r"(?:por favor|por favorcito|porfavor|porfa|porfas|porfis|xfa|x fa|xfavor|x favor|plis|pliz|pls|plz|please|de favor|si me haces? (?:el |un )?favor(?: de)?|si (?:eres|fueras) tan amable|hazme el favor|hagame (?:el )?favor"
    r"|(?:te|se|le|les) lo (?:agradezco|agradeceria|agradecere|encargo)(?: mucho| bastante)?|(?:le|te|les) (?:agradecere|agradeceria|agradezco)(?: mucho)?(?: de antemano)?(?: (?:su|tu) (?:apoyo|ayuda|atencion|tiempo|respuesta))?|i'd appreciate it|i would appreciate it"
    r"|muchas gracias|mil gracias|gracias|graciass?|grax|thanks|thank you|thx|ty|many thanks|cheers|saludos|urge|me urge|nos urge|es urgente|asap|es para hoy|oye|hola|hi|hello|hey|sorry(?: to (?:bother|bug|trouble) you)?|excuse me|i hope you are well"
    r"|(?:hola )?(?:muy )?(?:buenos dias|buenas tardes|buenas noches|buen dia|buenas|good morning|good afternoon|good evening)(?: (?:a todos|equipo|team|all|everyone|jefe|jefa|licenciado|licenciada|ingeniero))?|estimad[oa]s?(?: (?:equipo|colegas?|todos))?|le agradezco|disculpe|disculpa|perdon(?:a|e)?)"
)
# "un recordatorio para la junta del jueves" ends with what it is for.
_POLITE = "|".join((_PLAIN, *(each for each in _PHRASES if not each.startswith(("(?:para|pa)", "for ")))))
_ENDS = re.compile(
    rf"^(?P<head>(?:[\s,.;:!¡¿-]*{_PLAIN}(?![a-z0-9']))+(?=[\s,.;:!¡¿-]+\S))|(?P<mid>,\s*{_PLAIN}\s*,)|(?P<tail>(?:[\s,.;!-]+(?:{_POLITE})(?![a-z0-9]))+)(?=[\s.!?]*$)"
)
_COURTESY = re.compile("|".join(rf"(?<![a-z0-9])(?:{phrase})(?![a-z0-9])" for phrase in _PHRASES))
# From here on it may be what a note is to say: data, whatever is in it.
_DATA = re.compile(
    r"[:\"`«“]|\b(?:notas?|comentarios?|observaci\w+|notes?|comments?|recordatorios?|recuerd\w+|remind\w*)\b"
)
_NOTED = re.compile(
    r"[\"`«“]|\b(?:notas?(?! de calidad)|comentarios?|observaci\w+|notes?|comments?|(?:in)?conformidad\w*|incumplimiento \d|alerta \d)\b"
)
_SAYS = re.compile(r"[a-z0-9]{2,}")


def without_courtesy(text: str) -> str:
    """As it was where nothing else is said."""
    folded = fold(text)
    if len(folded) != len(text):
        return text
    until = data.start() if (data := _DATA.search(folded)) else len(folded)
    out, said = text, folded
    for match in _COURTESY.finditer(folded, 0, until):
        gap = " " * (match.end() - match.start())
        out = out[: match.start()] + gap + out[match.end() :]
        said = said[: match.start()] + gap + said[match.end() :]
    out, said = _without_ends(out, said)
    if not _SAYS.search(said):
        return text
    return out.strip().lstrip(",.;: ") if out != text else text


def _without_ends(out: str, said: str) -> tuple[str, str]:
    """A note ends with whatever it says; every other message may end with thanks."""
    noted, whole = _NOTED.search(said), (out, said)
    for match in _ENDS.finditer(said):
        if noted and (match["tail"] or match.start() > noted.start()):
            continue
        gap = " " * (match.end() - match.start())
        out = out[: match.start()] + gap + out[match.end() :]
        said = said[: match.start()] + gap + said[match.end() :]
    return (out, said) if len(said.split()) > 1 else whole  # "gracias hermosa" asks for nothing
