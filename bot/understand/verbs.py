"""The forms of a regular verb, Spanish and English: what a report asks with. Knows no metric and no tense."""

from collections.abc import Iterator

# Present, past and imperfect of "they", "we" and "it", and the forms with no person. "Cobré" is not among
# them: it says whose rows are meant.
_AR = "ar ando ado ada o a an amos aron aba aban"
_ER = "er iendo ido ida io e en emos imos ieron ia ian"
_IR = "ir iendo ido ida io e en imos ieron ia ian"
_ENDINGS = {"ar": _AR.split(), "er": _ER.split(), "ir": _IR.split()}
_COMING = ("vamos a", "van a", "va a", "podemos", "podriamos", "alcanzamos a")


def forms(verb: str) -> Iterator[str]:
    """Of "recuperar", or of "to collect"; only verbs that keep their stem."""
    if verb.startswith("to "):
        word = verb.removeprefix("to ")
        yield from (word, f"{word}s", f"{word.removesuffix('e')}ed", f"{word.removesuffix('e')}ing")
    else:
        for ending in _ENDINGS[verb[-2:]]:
            yield verb[:-2] + ending


def finite(verb: str) -> Iterator[str]:
    """Without the participles, which can say what a thing is: "convenios cerrados"."""
    return (form for form in forms(verb) if not form.endswith(("ado", "ada", "ido", "ida")))


def coming(verb: str) -> Iterator[str]:
    """What is still to happen: "vamos a recuperar", "recuperaremos", "will we collect"."""
    if verb.startswith("to "):
        word = verb.removeprefix("to ")
        yield from (f"will {word}", f"will we {word}", f"going to {word}", f"we will {word}")
        return
    for lead in _COMING:
        yield f"{lead} {verb}"
    for ending in ("a", "an", "emos", "ia", "ian", "iamos"):
        yield verb + ending
