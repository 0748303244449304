"""JSON values of each row of docs/json-values.md, drawn."""

from __future__ import annotations

import json
import re
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from hypothesis import strategies as st

from tests.local_tables import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping

AS_THE_NUMBER = "as the number"
PAGE = ROOT / "docs" / "json-values.md"


def _between(low: int, high: int) -> st.SearchStrategy[str]:
    """Whole numbers of that size, with either sign."""
    return st.tuples(st.sampled_from(["", "-"]), st.integers(low, high)).map(
        lambda parts: f"{parts[0]}{parts[1]}"
    )


def _digits(least: int, most: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=least, max_size=most)


def _ends_nonzero(least: int, most: int) -> st.SearchStrategy[str]:
    return st.tuples(_digits(least, most), st.sampled_from("123456789")).map("".join)


_whole_part = _between(0, 10**10 - 1)
_zeros = st.text("0", max_size=5)
_exponents_that_fit = st.tuples(st.integers(-999, 999), st.integers(-2, 7), st.sampled_from(["e", "E"])).map(
    lambda parts: f"{parts[0]}{parts[2]}{parts[1]}"
)
_exponents_too_great = st.tuples(st.integers(1, 999), st.integers(10, 200)).map(
    lambda parts: f"{parts[0]}e+{parts[1]}"
)
_exponents_too_small = st.tuples(st.integers(1, 9), st.integers(3, 999_999_999)).map(
    lambda parts: f"-{parts[0]}E-{parts[1]}"
)
NUMBERS: Mapping[str, st.SearchStrategy[str]] = {
    "17": _between(0, 10**9 - 1),
    "5000000000": _between(2**31 + 1, 10**10 - 1),
    "12345678901": _between(10**10, 2**63 - 1),
    "9223372036854775808": st.one_of(
        _between(2**63 + 1, 2**64), _between(10**19, 10**90), st.just(str(2**63))
    ),
    "57.16": st.tuples(_whole_part, st.just("."), _digits(1, 2), _zeros).map("".join),
    "0.125": st.tuples(_whole_part, st.just("."), _ends_nonzero(2, 40)).map("".join),
    "1e3": st.one_of(_exponents_that_fit, st.sampled_from(["1.0E7", "125e-2", "0e999999999", "-0e-5"])),
    "1e10": st.one_of(_exponents_too_great, _exponents_too_small),
    "1e400": st.integers(400, 999_999_999).map(lambda exponent: f"-1e{exponent}"),
    "1e0000000001": st.tuples(st.sampled_from("0159"), _digits(10, 30)).map("e".join),
    "1000…0": st.one_of(
        st.tuples(st.sampled_from("123456789"), _digits(100, 3000)).map("".join),
        _digits(100, 300).map("0.".__add__),
    ),
}
"""Row of the page, by its first example, to numbers as JSON writes them."""

_time_parts = st.tuples(
    st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29)),  # noqa: DTZ001 -- the zone is drawn beside it
    st.one_of(st.just(""), _digits(1, 9).map(".".__add__)),
    st.one_of(
        st.just("Z"),
        st.tuples(st.sampled_from("+-"), st.integers(0, 23), st.integers(1, 59)).map(
            lambda z: f"{z[0]}{z[1]:02}:{z[2]:02}"
        ),
        st.just("+00:00"),
    ),
)
_times = _time_parts.map(lambda parts: f"{parts[0].replace(microsecond=0).isoformat()}{parts[1]}{parts[2]}")
_nearly_times = st.one_of(
    _times.map(lambda time: time[:19]),
    _times.map(lambda time: time[:10]),
    _times.map(lambda time: time.replace("T", " ")),
    _times.map(lambda time: time.replace("T", "t")),
    _times.map(lambda time: f"{time[:19]}z"),
    _times.map(lambda time: f"{time[:16]}Z"),
    _times.map(lambda time: f" {time}"),
    _times.map(lambda time: f"{time}\n"),
    _times.map(lambda time: f"{time[:19]}.Z"),
    _times.map(lambda time: f"{time[:19]}.1234567890Z"),
    _times.map(lambda time: f"{time[:19]},5Z"),
    _times.map(lambda time: f"{time[:11]}24{time[13:19]}Z"),
    _times.map(lambda time: f"{time[:17]}60Z"),
    _times.map(lambda time: f"{time[:5]}13{time[7:]}"),
    _times.map(lambda time: f"{time[:5]}00{time[7:]}"),
    _times.map(lambda time: f"{time[:8]}00{time[10:]}"),
    _times.map(lambda time: f"{time[:8]}32{time[10:]}"),
    _times.map(lambda time: f"0000{time[4:]}"),
    _times.map(lambda time: f"1{time}"),
    _times.map(lambda time: f"+1{time}"),
    _times.map(lambda time: time.replace("-", "")),
    _times.map(lambda time: time.replace(":", "")),
    st.sampled_from(
        ["+02", "+0200", "+24:00", "+23:60", "-00:00", "+2:00", "UTC", "ZZ", "Europe/Berlin"]
    ).flatmap(lambda zone: _times.map(lambda time: time[:19] + zone)),
    _times.map(lambda time: time.translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)})),
    st.sampled_from(
        [
            "2018-02-30T10:00:00Z",
            "2019-02-29T10:00:00Z",
            "1900-02-29T10:00:00Z",
            "2018-W19-3T08:14:22Z",
            "2018-129T08:14:22Z",
            "0001-01-01T00:00:00+00:01",
            "9999-12-31T23:59:59-00:01",
            "infinity",
            "now",
            "1525853662000",
        ]
    ),
)
_nearly_numbers = st.one_of(
    st.sampled_from(
        ["", "+1", ".5", "1.", "007", "-", "1e", "1d", "1f", "1L", "0x1F", "0x1p3", "1_000", "1,000", "1 000"]
    ),
    st.sampled_from(
        [
            "NaN",
            "Infinity",
            "-Infinity",
            "nan",
            "inf",
            "--1",
            "-+1",
            "1e+",
            "00",
            "-01",
            "\u0661",
            "\uff11",
            "1\u00a0",
        ]
    ),
    st.tuples(st.sampled_from([" ", "\t", "\n", "+", "0"]), _between(1, 10**9)).map("".join),
    st.tuples(_between(1, 10**9), st.sampled_from([" ", "d", "D", "f", "L", ".", "e", "%", "\r"])).map(
        "".join
    ),
)
_halves = st.tuples(
    st.text(max_size=3),
    st.characters(categories=["Cs"]) | st.just("\0"),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=3),
).map("".join)
_nothing_special = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20
).map("x".__add__)
_scalars = st.one_of(st.integers(), st.booleans(), st.none(), st.text(max_size=5))
_nested = st.recursive(
    st.lists(_scalars, max_size=3) | st.dictionaries(st.text(max_size=3), _scalars, max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
OTHERS: Mapping[str, st.SearchStrategy[str]] = {
    '"1d"': _nearly_numbers.map(json.dumps),
    '"2018-05-09T08:14:22Z"': _times.map(json.dumps),
    '"2018-05-09T08:14:22"': _nearly_times.map(json.dumps),
    '"\\ud83d"': _halves.map(json.dumps),
    '"twelve"': st.one_of(_nothing_special, st.sampled_from(["twelve", "true", "null"])).map(json.dumps),
    "true": st.sampled_from(["true", "false"]),
    '{"value": 3}': _nested.map(json.dumps),
    "null": st.just("null"),
}
"""Row of the page, by its first example, to values as JSON writes them."""

IN_A_STRING = '"17"'
TWICE = "the same key twice"
ABSENT = "no such key"


class Drawn(NamedTuple):
    """A message with one field, the row it belongs to, and for a number in a string the number's row."""

    row: str
    message: str
    number_row: str | None = None


def _drawn(row: str, values: st.SearchStrategy[str]) -> st.SearchStrategy[Drawn]:
    return values.map(lambda value: Drawn(row, f'{{"v": {value}}}'))


def _in_string(row: str, values: st.SearchStrategy[str]) -> st.SearchStrategy[Drawn]:
    return values.map(lambda value: Drawn(IN_A_STRING, f'{{"v": "{value}"}}', row))


def _any_value() -> st.SearchStrategy[str]:
    return st.one_of(*NUMBERS.values(), *OTHERS.values())


STRATEGIES: Mapping[str, st.SearchStrategy[Drawn]] = {
    **{row: _drawn(row, values) for row, values in chain(NUMBERS.items(), OTHERS.items())},
    IN_A_STRING: st.one_of(*[_in_string(row, values) for row, values in NUMBERS.items()]),
    TWICE: st.tuples(_any_value(), _any_value()).map(
        lambda values: Drawn(TWICE, f'{{"v": {values[0]}, "w": 1, "v": {values[1]}}}')
    ),
    ABSENT: st.tuples(st.sampled_from(["V", "v ", "w", "\\u0056", ""]), _any_value()).map(
        lambda parts: Drawn(ABSENT, f'{{"{parts[0]}": {parts[1]}}}')
    ),
}
"""Row of the page, by its first example or its first words, to messages."""


def expected(drawn: Drawn, kind: str) -> str:
    """What the page says of a message."""
    cell = ROWS[drawn.row][kind]
    return ROWS[drawn.number_row][kind] if cell == AS_THE_NUMBER and drawn.number_row else cell


def row_named(first_cell: str) -> str:
    """The name of a row among the strategies: its first example, or its first words."""
    example = re.match(r"`([^`]+)`", first_cell)
    named = [row for row in STRATEGIES if (example and example.group(1) == row) or first_cell.startswith(row)]
    return named[0] if named else first_cell


def page_table() -> Mapping[str, Mapping[str, str]]:
    """Row of the page's first table, by its first cell, to what becomes of it by type."""
    lines = PAGE.read_text(encoding="utf-8").split("## Values", 1)[1].split("##", 1)[0].splitlines()
    head, _, *rows = [_cells(line) for line in lines if line.startswith("|")]
    kinds = [cell.strip("`") for cell in head[1:]]
    return {row[0]: dict(zip(kinds, row[1:])) for row in rows}


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


ROWS = {row_named(cell): kinds for cell, kinds in page_table().items()}
