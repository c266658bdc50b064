"""A software authenticator: it makes passkeys and signs, as a phone does or as it should not."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, encode_cbor

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
ORIGIN = "http://localhost:5000"


@dataclass
class Authenticator:
    """A device with one passkey, and the browser around it."""

    origin: str = ORIGIN
    place: str = "localhost"
    flags: int = PRESENT | VERIFIED
    count: int = 0
    counts: bool = True
    client: dict[str, Any] = field(default_factory=dict)  # what the browser tells otherwise
    credential_id: bytes = field(default_factory=lambda: os.urandom(32))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    user_handle: bytes | None = None

    def create(self, options: str) -> str:
        """Answer navigator.credentials.create()."""
        asked = json.loads(options)
        self.user_handle = base64url_to_bytes(asked["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        attested = bytes(16) + len(self.credential_id).to_bytes(2) + self.credential_id
        data = self._data(ATTESTED) + attested + encode_cbor(public)
        made = encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(
            clientDataJSON=self._told("webauthn.create", asked["challenge"]),
            attestationObject=made,
        )

    def get(self, options: str) -> str:
        """Answer navigator.credentials.get()."""
        if self.counts:
            self.count += 1
        told = self._told("webauthn.get", json.loads(options)["challenge"])
        data = self._data()
        signed = data + hashlib.sha256(told).digest()
        return self._answer(
            clientDataJSON=told,
            authenticatorData=data,
            signature=self.key.sign(signed, ec.ECDSA(hashes.SHA256())),
            userHandle=self.user_handle,
        )

    def _told(self, kind: str, challenge: str) -> bytes:
        told = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(told | self.client).encode()

    def _data(self, more: int = 0) -> bytes:
        place = hashlib.sha256(self.place.encode()).digest()
        return place + bytes([self.flags | more]) + self.count.to_bytes(4)

    def _answer(self, **response: bytes | None) -> str:
        name = bytes_to_base64url(self.credential_id)
        parts = {key: bytes_to_base64url(it) for key, it in response.items() if it is not None}
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": parts})
