"""Which way a "why did it ...?" says the number went. Knows words, not what is good or bad."""

import re

_WAYS = {
    "up": "subio subieron sube subiendo crecio crece crecieron crecen aumento aumenta aumentan aumentaron"
    " aumentando incremento incrementaron up rise rose rising increase increased",
    "down": "bajo bajaron baja bajando cayo cayeron cae cayendo disminuyo disminuye disminuyen"
    " disminuyeron disminuyendo redujo redujeron down drop dropped fall fell falling"
    " decrease decreased dropping",
    "better": "mejoro mejora mejoraron mejoran improve improved",
    "worse": "empeoro empeora empeoraron empeoran worsen worsened worse",
}
_WAY_OF = {word: way for way, words in _WAYS.items() for word in words.split()}


def direction(folded: str) -> str | None:
    """None where no way is said, or more than one."""
    said = {_WAY_OF[word] for word in re.findall(r"[a-z]+", folded) if word in _WAY_OF}
    return said.pop() if len(said) == 1 else None
