"""Encrypts everything that Milepost hands to Temporal, so that the cluster and its operators see no personal data."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadCodec

from milepost.errors import MilepostError

_ENCODING = b"binary/encrypted"
_KEY_BYTES = 32
_NONCE_BYTES = 12


class EncryptionKeyError(MilepostError, ValueError):
    """A key is invalid, or none of the keys opens a payload."""

    code = "encryption_key"


def new_key() -> str:
    """A new key, in the form that `EncryptionCodec` takes."""
    return base64.b64encode(AESGCM.generate_key(_KEY_BYTES * 8)).decode()


class EncryptionCodec(PayloadCodec):
    """AES-256-GCM over whole payloads.

    `keys` is one base64 key of 32 bytes or several, separated by commas: the first encrypts, all decrypt,
    so a key is changed by putting the new one in front and keeping the old one while old journeys
    are open.
    """

    def __init__(self, keys: str) -> None:
        ciphers = [_read_key(text) for text in keys.split(",") if text.strip()]
        if not ciphers:
            raise EncryptionKeyError("The encryption key is empty.", "Leave the setting out, or give a key.")
        self._ciphers = dict(ciphers)
        self._current = ciphers[0][0]

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [self._encrypt(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [self._decrypt(payload) for payload in payloads]

    def _encrypt(self, payload: Payload) -> Payload:
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._ciphers[self._current].encrypt(nonce, payload.SerializeToString(), self._current)
        return Payload(metadata={"encoding": _ENCODING, "key": self._current}, data=nonce + sealed)

    def _decrypt(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != _ENCODING:
            return payload  # written before encryption was switched on
        key = payload.metadata.get("key", b"")
        cipher = self._ciphers.get(key)
        if cipher is None:
            raise EncryptionKeyError(
                f"A payload was encrypted with the key {key.decode(errors='replace')!r}, which isn't among ours.",
                "Add the old key after the new one, separated by a comma.",
            )
        nonce, sealed = payload.data[:_NONCE_BYTES], payload.data[_NONCE_BYTES:]
        try:
            return Payload.FromString(cipher.decrypt(nonce, sealed, key))
        except InvalidTag:
            raise EncryptionKeyError("An encrypted payload was damaged or tampered with.") from None


def _read_key(text: str) -> tuple[bytes, AESGCM]:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != _KEY_BYTES:
        raise EncryptionKeyError(
            f"An encryption key must be {_KEY_BYTES} bytes in base64.",
            "Make one with: python -c 'from milepost.temporal.encryption import new_key; print(new_key())'",
        )
    return hashlib.sha256(key).hexdigest()[:8].encode(), AESGCM(key)
