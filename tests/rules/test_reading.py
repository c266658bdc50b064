"""A file's bytes: YAML 1.2 or JSON, and nothing that could hurt."""

# ruff: noqa: RUF001 - the texts are in several scripts

from __future__ import annotations

import json
import time
import unicodedata
from contextlib import suppress

import pytest
from hypothesis import given, strategies as st

from api.errors import Fault, Invalid
from api.portable.rules import reading


def refusal(data: bytes) -> list[Fault]:
    with pytest.raises(Invalid) as refused:
        reading.read(data)
    return refused.value.faults


def test_yaml_is_read_as_version_1_2() -> None:
    text = b"""
        norway: NO
        yes: Yes
        on: on
        day: 2025-04-10
        time: 12:30
        grouped: 1_000
        quoted: 'true'
        merge: {<<: text}
        truth: [true, False, ~, null, ]
        whole: [5, -5, +5, 012, 0o17, 0x1F]
        other: [1.5, .5, 1e2, 1992.0]
    """

    assert reading.read(text) == {
        "norway": "NO",
        "yes": "Yes",
        "on": "on",
        "day": "2025-04-10",
        "time": "12:30",
        "grouped": "1_000",
        "quoted": "true",
        "merge": {"<<": "text"},
        "truth": [True, False, None, None],
        "whole": [5, -5, 5, 12, 15, 31],
        "other": [1.5, 0.5, 100, 1992],
    }


def test_a_whole_number_never_prints_with_a_point() -> None:
    assert [repr(reading.read(text)["a"]) for text in (b"a: 1992.0", b'{"a": 1992.0}')] == [
        "1992"
    ] * 2


def test_json_is_read_by_its_first_sign() -> None:
    assert reading.read(b'\n {"a": "NO", "b": [1, true, null], "c": "\\u00e9"}') == {
        "a": "NO",
        "b": [1, True, None],
        "c": "é",
    }


def test_text_is_composed_and_a_mark_at_the_start_is_passed_over() -> None:
    text = unicodedata.normalize("NFD", "\ufefftitle: Ünvan Йод")

    assert reading.read(text.encode()) == {"title": "Ünvan Йод"}


def test_joiners_inside_words_are_kept() -> None:
    assert reading.read("a: خانه‌ها".encode()) == {"a": "خانه‌ها"}


@given(
    st.dictionaries(st.text("abc", min_size=1), st.integers(-9, 9) | st.text("ab й\n"), min_size=1)
)
def test_json_written_by_others_comes_back_as_it_was(data: dict[str, object]) -> None:
    assert reading.read(json.dumps(data).encode()) == {
        key: unicodedata.normalize("NFC", value) if isinstance(value, str) else value
        for key, value in data.items()
    }


REFUSED: dict[str, tuple[bytes, str, str]] = {
    "nothing": (b" \n", "", "empty"),
    "a list": (b"- a", "", "keys and values"),
    "a word": (b"a", "", "keys and values"),
    "five megabytes": (b"a: " + b"x" * 5_000_000, "", "smaller than 5 MB"),
    "other bytes": (b"a: b\nc: \xff", "", "Line 2: this is not UTF-8"),
    "utf-16": ("a: b".encode("utf-16"), "", "UTF-8"),
    "bad yaml": (b"a: b\nc: d: e", "", "Line 2: this is not YAML"),
    "bad json": (b'{"a": 1,\nb}', "", "Line 2: this is not JSON"),
    "an anchor": (b"a: &b c", "/a", "Line 1: An anchor"),
    "an alias": (b"a: *b", "/a", "Line 1: An alias"),
    "a tag": (b"a:\n- b\n- !!python/name:os.system x", "/a/1", "Line 3: A tag"),
    "a tag of no kind": (b"a: ! b", "/a", "A tag"),
    "two documents": (b"a: b\n---\na: b", "", "Line 2: A file holds one document"),
    "a key twice": (b"a:\n  b: 1\n  b: 2", "/a/b", "Line 3: This key stands here twice"),
    "a key twice in json": (b'{"a": [{"b": 1, "b": 2}]}', "/a/0/b", "stands here twice"),
    "a key twice once composed": ('{"é": 1, "e\u0301": 2}'.encode(), "/é", "stands here twice"),
    "a number as key": (b"a:\n  1: b", "/a", 'write "1" in quotes'),
    "a list as key": (b"[a]: b", "", "A key must be text"),
    "a group as key": (b"? {a: b}\n: c", "", "A key must be text"),
    "no number": (b"a: .nan", "/a", "not a number"),
    "no number in json": (b'{"a": NaN}', "", "NaN is not a number"),
    "without end": (b"a: -.inf", "/a", "not a number"),
    "without end in json": (b'{"a": Infinity}', "", "Infinity is not a number"),
    "a float too large": (b"a: 1e999", "/a", "usable size"),
    "a float too large in json": (b'{"a": [1e999]}', "/a/0", "usable size"),
    "a whole number too large": (b"a: 9007199254740993", "/a", "usable size"),
    "six thousand digits": (b"a: " + b"9" * 6000, "/a", "usable size"),
    "six thousand digits in json": (b'{"a": ' + b"9" * 6000 + b"}", "/a", "usable size"),
    "NUL": (b"a: b\nc: \x00", "", "Line 2: Take out the character U+0000"),
    "NUL by escape": (b'a: "\\0"', "/a", "U+0000"),
    "NUL in json": (b'{"a": "\\u0000"}', "/a", "U+0000"),
    "half a character": (b'{"a": "\\ud800"}', "/a", "U+D800"),
    "half a character in a key": (b'{"\\ud800": 1}', "/\ufffd", "U+D800"),
    "half a character in yaml": (b'a: "\\ud800"', "", "not YAML"),
    "a line separator": ("a: b\u2028c".encode(), "", "U+2028"),
    "an override": ("a: b\u202ec".encode(), "/a", "U+202E"),
    "an isolate": (b'a: "\\u2066"', "/a", "U+2066"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_kept_is_refused_with_its_place(name: str) -> None:
    data, pointer, told = REFUSED[name]

    (fault,) = refusal(data)

    assert fault.pointer == pointer
    assert told in fault.detail


def test_every_text_that_cannot_be_kept_is_listed() -> None:
    pointers = [
        fault.pointer for fault in refusal(b'{"a": "\\u0000", "b": ["\\u0007", "c"], "d": 1e999}')
    ]

    assert pointers == ["/a", "/b/0", "/d"]


BOMBS = {
    "laughs": b"a: &a [x, x]\n" + b"".join(b"b%d: &b%d [*a, *a]\n" % (n, n) for n in range(60)),
    "brackets": b"[" * 200_000,
    "braces": b"{a: " * 200_000,
    "dashes": b"- " * 1_000_000,
    "brackets to the brim": b"[" * 4_999_999,
    "deep json": b'{"a":' * 200_000,
    "deep lists in json": b'{"a": ' + b"[" * 1_000_000,
    "33 levels": b'{"a": ' + b"[" * 32 + b"]" * 32 + b"}",
    "33 levels of yaml": b"a: " + b"[" * 32 + b"]" * 32,
    "many values": b"- 1\n" * 1_200_000,
    "many values in json": b'{"a": [' + b"1," * 2_000_000 + b"1]}",
    "many keys": b"\n".join(b"k%d: 1" % n for n in range(400_000)),
    "keys without values": b"? " * 2_000_000,
    "colons": b":" * 4_999_999,
    "quotes": b'"' * 4_999_999,
    "percents": b"%" * 4_999_999,
    "a long anchor": b"a: &" + b"b" * 4_999_000,
    "accents": "a: b{}".format("\u0301\u0323" * 1_000_000).encode(),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused_within_two_seconds(bomb: str) -> None:
    start = time.process_time()

    faults = refusal(BOMBS[bomb])

    assert faults[0].detail
    assert time.process_time() - start < 2


def test_32_levels_are_read() -> None:
    data = b"[" * 31 + b"]" * 31

    assert reading.read(b"a: " + data) == reading.read(b'{"a": ' + data + b"}")


@given(
    st.binary(max_size=80)
    | st.text("{}[]:,-?&*!|>'\"%@` \nab1.~#\\ux0", max_size=80).map(str.encode)
)
def test_any_bytes_are_read_or_refused_with_a_reason(data: bytes) -> None:
    with suppress(Invalid):
        assert isinstance(reading.read(data), dict)
