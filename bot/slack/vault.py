"""Seals text that must not lie readable in the database. Knows no table, no Slack and no settings."""

import re

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

SHAPE = re.compile("[A-Za-z0-9_-]{43}=")


class KeyFault(Exception):
    """The keys do not do. `key` is the sentence in texts/http.yaml for whoever starts the bot."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class Vault:
    """`keys`: Fernet keys, comma-separated. The first seals, every one of them unseals."""

    def __init__(self, keys: str) -> None:
        given = [each.strip() for each in keys.split(",")]
        # Fernet itself passes over letters that no key has: a key typed wrongly would be another key.
        if not all(SHAPE.fullmatch(each) for each in given):
            raise KeyFault("http.keys_malformed")
        opened = [Fernet(each) for each in given]
        self._newest, self._all = opened[0], MultiFernet(opened)

    def seal(self, text: str) -> str:
        return self._newest.encrypt(text.encode()).decode()

    def unseal(self, sealed: str) -> str:
        try:
            return self._all.decrypt(sealed).decode()
        except InvalidToken:
            raise KeyFault("http.keys_wrong") from None

    def renewed(self, sealed: str) -> str | None:
        """Sealed again under the first key, or None where it is already: then older keys may go."""
        try:
            self._newest.decrypt(sealed)
        except InvalidToken:
            return self.seal(self.unseal(sealed))
        return None
