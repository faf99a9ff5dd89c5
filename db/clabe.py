"""A CLABE, the number of a Mexican bank account: 18 digits of which the last one checks the others."""

_WEIGHTS = (3, 7, 1)
_DIGITS = 18


def is_clabe(number: str) -> bool:
    """Whether it has the form of one and its check digit holds. Says nothing of whose account it is."""
    if len(number) != _DIGITS or not (number.isascii() and number.isdecimal()):
        return False
    total = sum(int(digit) * _WEIGHTS[at % 3] % 10 for at, digit in enumerate(number[:-1]))
    return int(number[-1]) == -total % 10
