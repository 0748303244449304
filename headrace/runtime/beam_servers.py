"""Lets the servers between Flink and its Python workers listen on the loopback address that they are given.

Beam, in the jar of PyFlink 2.3.0, makes an address of this machine alone for each of them and then passes on its port
only, so that they listen on every address. In the class that does so ``forPort(address.getPort())`` becomes
``forAddress(address)``; the class is read from the installed jar, and must stand before that one on the class path.
"""

from __future__ import annotations

import re
import struct
import zipfile
from typing import TYPE_CHECKING

from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from pathlib import Path

JAR = "beam-on-loopback.jar"
"""Sorts before flink-python, as Flink's scripts put jars on the class path."""
CLASS = "org/apache/beam/sdk/fn/server/ServerFactory$InetSocketAddressServerFactory.class"
_UTF8, _METHOD, _NAME_AND_TYPE = 1, 10, 12
_SIZES = {
    3: 4,
    4: 4,
    5: 8,
    6: 8,
    7: 2,
    8: 2,
    9: 4,
    10: 4,
    11: 4,
    12: 4,
    15: 3,
    16: 2,
    17: 4,
    18: 4,
    19: 2,
    20: 2,
}
_WIDE = (5, 6)
_FIRST_CONSTANT = 10


def write_jar(flink_python: Path, folder: Path) -> Path:
    """Write the jar into a folder; returns its path.

    Args:
        flink_python: the jar of PyFlink.
        folder: where to.

    Raises:
        HeadraceError: when its class is not the one that was looked at.
    """
    with zipfile.ZipFile(flink_python) as source, zipfile.ZipFile(folder / JAR, "w") as target:
        target.writestr(zipfile.ZipInfo(CLASS), on_loopback(source.read(CLASS)))
    return folder / JAR


def on_loopback(content: bytes) -> bytes:
    """The class file with the one call replaced.

    Raises:
        HeadraceError: when there is no such call, or more than one.
    """
    constants, end = _constants(content)
    number, at = _method(content, constants, b"forPort")
    calls = [
        *re.finditer(rb"\xb6..(?=\xb8" + re.escape(struct.pack(">H", number)) + rb")", content, re.DOTALL)
    ]
    if len(calls) != 1:
        raise HeadraceError(f"{CLASS}: {len(calls)} calls of forPort; expected that of PyFlink 2.3.0")
    kind = _text(content, constants, _type_of(content, constants, at)).rpartition(b")")[2]
    (count,) = struct.unpack(">H", content[8:10])
    added = _utf8(b"forAddress") + _utf8(b"(Ljava/net/SocketAddress;)" + kind)
    added += struct.pack(">BHH", _NAME_AND_TYPE, count, count + 1)
    changed = bytearray(content)
    changed[calls[0].start() : calls[0].end()] = bytes(
        3
    )  # three times nothing: the address stays where it is
    changed[at + 3 : at + 5] = struct.pack(">H", count + 2)
    changed[8:10] = struct.pack(">H", count + 3)
    return bytes(changed[:end] + added + changed[end:])


def _constants(content: bytes) -> tuple[dict[int, int], int]:
    """Where each constant begins, by number, and where the last one ends."""
    (count,) = struct.unpack(">H", content[8:10])
    places, at, number = {}, _FIRST_CONSTANT, 1
    while number < count:
        places[number], tag = at, content[at]
        length = _SIZES.get(tag) or 2 + int.from_bytes(content[at + 1 : at + 3], "big")
        at, number = at + 1 + length, number + (2 if tag in _WIDE else 1)
    return places, at


def _method(content: bytes, constants: dict[int, int], name: bytes) -> tuple[int, int]:
    """Number and place of the only method of that name which is called."""
    found = [
        (number, at)
        for number, at in constants.items()
        if content[at] == _METHOD and _text(content, constants, _name_of(content, constants, at)) == name
    ]
    if len(found) != 1:
        raise HeadraceError(f"{CLASS}: {len(found)} methods {name.decode()}; expected that of PyFlink 2.3.0")
    return found[0]


def _name_of(content: bytes, constants: dict[int, int], method: int) -> int:
    return _number(content, constants[_number(content, method + 3)] + 1)


def _type_of(content: bytes, constants: dict[int, int], method: int) -> int:
    return _number(content, constants[_number(content, method + 3)] + 3)


def _text(content: bytes, constants: dict[int, int], number: int) -> bytes:
    at = constants[number]
    return content[at + 3 : at + 3 + _number(content, at + 1)]


def _number(content: bytes, at: int) -> int:
    return int.from_bytes(content[at : at + 2], "big")


def _utf8(text: bytes) -> bytes:
    return struct.pack(">BH", _UTF8, len(text)) + text
