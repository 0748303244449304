from __future__ import annotations

import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pyflink
import pytest

from headrace.errors import HeadraceError
from headrace.runtime.beam_servers import CLASS, JAR, on_loopback, write_jar

if TYPE_CHECKING:
    from zipfile import ZipFile

(SHIPPED,) = (Path(pyflink.__file__).parent / "opt").glob("flink-python*.jar")


def class_in(jar: Path) -> bytes:
    archive: ZipFile
    with zipfile.ZipFile(jar) as archive:
        return archive.read(CLASS)


def test_the_address_goes_on_where_its_port_alone_went_on(tmp_path: Path) -> None:
    before, after = class_in(SHIPPED), class_in(write_jar(SHIPPED, tmp_path))
    assert b"forAddress" not in before
    assert b"forAddress" in after
    assert b"(Ljava/net/SocketAddress;)Lorg/apache/beam/vendor/grpc/" in after
    assert len(after) > len(before)


def test_a_class_without_that_call_is_refused() -> None:
    with pytest.raises(HeadraceError, match=r"0 methods forPort; expected that of PyFlink 2\.3\.0"):
        on_loopback(on_loopback(class_in(SHIPPED)))


def test_the_jar_comes_before_that_of_pyflink_on_the_class_path() -> None:
    assert SHIPPED.name > JAR
