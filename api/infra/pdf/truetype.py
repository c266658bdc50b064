"""Writes TrueType files, and adds glyphs to them that are drawn from others; pure.

Source: OpenType 1.9, "The OpenType Font File", "glyf", "head", "hhea", "hmtx", "loca", "maxp".
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import NamedTuple

_Box = tuple[int, int, int, int]

_WORDS, _PLACED, _MORE = 0x0001, 0x0002, 0x0020  # how a part is placed, and that one follows


class Component(NamedTuple):
    """A glyph of the font's and where it stands, in the font's units."""

    glyph: int
    x: int
    y: int


class Compound(NamedTuple):
    """What its parts draw together, and how far the next glyph is, in thousandths of the size."""

    parts: tuple[Component, ...]
    width: int


def file(tables: Mapping[bytes, bytes]) -> bytes:
    """Return a font file of these tables."""
    power = len(tables).bit_length() - 1
    span = 16 << power
    head = struct.pack(">IHHHH", 0x00010000, len(tables), span, power, 16 * len(tables) - span)
    offset, body = len(head) + 16 * len(tables), bytearray()
    for tag, data in sorted(tables.items()):
        padded = data + bytes(-len(data) % 4)
        checksum = sum(struct.unpack(f">{len(padded) // 4}I", padded)) & 0xFFFFFFFF
        head += struct.pack(">4sIII", tag, checksum, offset + len(body), len(data))
        body += padded
    return head + bytes(body)


def with_compounds(content: bytes, compounds: Mapping[int, Compound]) -> bytes:
    """Return a font file with more glyphs, at numbers that its own do not have."""
    tables = _tables(content)
    (count,) = struct.unpack_from(">H", tables[b"maxp"], 4)
    (units,) = struct.unpack_from(">H", tables[b"head"], 18)
    total = max(compounds) + 1
    loca, hmtx = _places(tables, count), _widths(tables, count)
    loca += [loca[-1]] * (total - count)
    hmtx += bytes(4 * (total - count))
    glyf = bytearray(tables[b"glyf"])
    for number, (parts, width) in sorted(compounds.items()):
        inked = [part for part in parts if loca[part.glyph] < loca[part.glyph + 1]]
        data = _compound(inked, [_box(glyf, loca[part.glyph]) for part in inked])
        glyf += data
        left = struct.unpack_from(">h", data, 2)[0] if data else 0
        struct.pack_into(">Hh", hmtx, 4 * number, round(width * units / 1000), left)
        loca[number + 1 :] = [len(glyf)] * (len(loca) - number - 1)
    return file(
        {
            **tables,
            b"glyf": bytes(glyf),
            b"head": tables[b"head"][:50] + struct.pack(">h", 1) + tables[b"head"][52:],
            b"hhea": tables[b"hhea"][:34] + struct.pack(">H", total),
            b"hmtx": bytes(hmtx),
            b"loca": struct.pack(f">{len(loca)}I", *loca),
            b"maxp": _limits(tables[b"maxp"], total, compounds),
        }
    )


def _tables(content: bytes) -> dict[bytes, bytes]:
    (count,) = struct.unpack_from(">H", content, 4)
    found = struct.iter_unpack(">4sIII", content[12 : 12 + 16 * count])
    return {tag: content[offset : offset + length] for tag, _, offset, length in found}


def _places(tables: Mapping[bytes, bytes], count: int) -> list[int]:
    """Return where each glyph begins, and where the last one ends."""
    if struct.unpack_from(">h", tables[b"head"], 50)[0]:
        return list(struct.unpack_from(f">{count + 1}I", tables[b"loca"]))
    return [2 * each for each in struct.unpack_from(f">{count + 1}H", tables[b"loca"])]


def _widths(tables: Mapping[bytes, bytes], count: int) -> bytearray:
    """Return each glyph's width and left side; in a file the last ones may share a width."""
    (full,) = struct.unpack_from(">H", tables[b"hhea"], 34)
    found = bytearray(tables[b"hmtx"][: 4 * full])
    width = bytes(found[-4:-2])
    for at in range(4 * full, 4 * full + 2 * (count - full), 2):
        found += width + tables[b"hmtx"][at : at + 2]
    return found


def _box(glyf: bytearray, at: int) -> _Box:
    left, low, right, high = struct.unpack_from(">4h", glyf, at + 2)
    return left, low, right, high


def _compound(parts: Sequence[Component], boxes: Sequence[_Box]) -> bytes:
    """Return a glyph that is drawn from others, which have these boxes."""
    if not parts:
        return b""
    moved = [
        (left + part.x, low + part.y, right + part.x, high + part.y)
        for part, (left, low, right, high) in zip(parts, boxes, strict=True)
    ]
    lefts, lows, rights, highs = zip(*moved, strict=True)
    data = struct.pack(">5h", -1, min(lefts), min(lows), max(rights), max(highs))
    for part in parts:
        flags = _WORDS | _PLACED | (_MORE if part is not parts[-1] else 0)
        data += struct.pack(">HHhh", flags, *part)
    return data + bytes(-len(data) % 4)


def _limits(maxp: bytes, count: int, compounds: Mapping[int, Compound]) -> bytes:
    """Return the table of the most that a glyph has, which readers reserve memory by."""
    found = list(struct.unpack(">I14H", maxp[:32]))
    most = max(len(each.parts) for each in compounds.values())
    points, contours = max(found[2], found[4]), max(found[3], found[5])
    found[1] = count
    found[4], found[5] = (min(0xFFFF, most * each) for each in (points, contours))
    found[13], found[14] = max(found[13], most), found[14] + 1
    return struct.pack(">I14H", *found)
