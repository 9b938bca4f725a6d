"""Seals secrets that are stored and needed again, such as addresses of chats: encrypted with a key of the settings."""

from __future__ import annotations

import hashlib

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from milepost.errors import MilepostError

_SALT = "milepost.sealed.1"
_HEADER = {"alg": "dir", "enc": "A256GCM"}


class UnreadableSecretError(MilepostError):
    """What is stored was sealed with another key, or was changed."""

    code = "unreadable_secret"

    def __init__(self) -> None:
        super().__init__("It was stored with a key that this installation no longer has.", "Put it in once more.")


class Sealer:
    """Encrypts and decrypts short texts, with a key made of the secret key of the settings."""

    def __init__(self, secret: str) -> None:
        self._key = OctKey.import_key(hashlib.sha256(f"{_SALT}\n{secret}".encode()).digest())

    def seal(self, text: str) -> str:
        """Returns the text as it is stored."""
        return jwe.encrypt_compact(_HEADER, text.encode(), self._key, algorithms=list(_HEADER.values()))

    def read(self, sealed: str) -> str:
        """Returns the text that was sealed.

        Raises:
            UnreadableSecretError: it was sealed with another key, or was changed.
        """
        try:
            plain = jwe.decrypt_compact(sealed, self._key, algorithms=list(_HEADER.values())).plaintext
        except (JoseError, ValueError) as error:
            raise UnreadableSecretError from error
        return (plain or b"").decode()
