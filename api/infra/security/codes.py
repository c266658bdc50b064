"""Short codes that people read in a letter and type: out of keyed hashes, and kept nowhere."""

from __future__ import annotations

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # without signs that are mistaken for one another


def from_digest(digest: bytes, signs: int) -> str:
    """Return a code of so many signs, some five bits each, out of a keyed hash."""
    number, found = int.from_bytes(digest, "big"), []
    for _ in range(signs):
        number, sign = divmod(number, len(ALPHABET))
        found.append(ALPHABET[sign])
    return "".join(found)


def spelled(code: str) -> str:
    """Return a code as it is read aloud and typed: in two groups."""
    half = len(code) // 2
    return f"{code[:half]}-{code[half:]}".upper()


def typed(text: str, signs: int) -> str:
    """Return the code that somebody typed, however they spaced it."""
    return "".join(sign for sign in text.lower() if sign in ALPHABET)[:signs]
