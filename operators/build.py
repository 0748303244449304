# ruff: noqa: INP001 -- a script, not a package
"""Build ``headrace-operators.jar`` from the Java sources beside this file, the same bytes every time.

    python operators/build.py            # build it where the suite finds it
    python operators/build.py --check    # fail if the jar in the tree is not what the sources give

Needs a JDK of version 17 (any vendor): the classes are compiled against the jars that come with ``apache-flink`` and
the group ``protobuf`` of ``connectors/jars.yaml``, for Java 11, Flink's own floor. The archive is written here and not
by the ``jar`` tool, with sorted entries and one fixed date, so that its bytes depend on the classes alone. Two things
can still differ between machines and are no difference between jars: compilers of other major versions write other
classes from the same source (then only the names of the classes are compared), and zlib-ng packs the same bytes
differently (then the unpacked classes are compared). The manifest has the digest of the sources, so that a
machine without a JDK can tell whether the jar was built from them.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
import zlib
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCES = HERE / "java"
RESOURCES = HERE / "resources"
JAR = HERE / "headrace-operators.jar"
JDK_MAJOR = 17
JAVA_RELEASE = 11
MANIFEST = "META-INF/MANIFEST.MF"
FIXED_DATE = (1980, 1, 1, 0, 0, 0)


def sources() -> list[Path]:
    """The Java files, sorted."""
    return sorted(SOURCES.rglob("*.java"))


def resources() -> dict[str, Path]:
    """What goes into the jar as it is, by its name there: which factories Flink finds."""
    found = sorted(path for path in RESOURCES.rglob("*") if path.is_file())
    return {path.relative_to(RESOURCES).as_posix(): path for path in found}


def sources_digest() -> str:
    """SHA-256 over the names and contents of sources and resources."""
    named = {path.relative_to(SOURCES).as_posix(): path for path in sources()}
    digest = hashlib.sha256()
    for name, path in {**named, **resources()}.items():
        digest.update(f"{name}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


def manifest() -> str:
    """What the jar says of itself; the digest is cut in two, since a line may have 72 bytes at most."""
    digest = sources_digest()
    lines = [
        "Manifest-Version: 1.0",
        f"Build-Jdk-Spec: {JDK_MAJOR}",
        f"Sources-SHA-256: {digest[:48]}",
        f" {digest[48:]}",
    ]
    return "".join(f"{line}\r\n" for line in [*lines, ""])


def javac() -> str:
    """The compiler on the path; an error that says what to install when there is none."""
    found = shutil.which("javac")
    if found is None:
        raise SystemExit(f"javac was not found on PATH. Install a JDK {JDK_MAJOR} to build {JAR.name}.")
    return found


def javac_major() -> int:
    """The major version of that compiler, for example 17."""
    output = subprocess.run([javac(), "-version"], check=True, capture_output=True, text=True)  # noqa: S603 -- no input
    version = re.search(r"javac (\d+)", output.stdout + output.stderr)
    if version is None:
        raise SystemExit(f"{javac()} -version says neither its name nor its version: {output.stdout!r}")
    return int(version.group(1))


def class_path() -> str:
    """The jars of the installed ``apache-flink``, and those of Protobuf, fetched when they are not here."""
    return os.pathsep.join([flink_jars(), *map(str, protobuf_jars())])


def protobuf_jars() -> list[Path]:
    """Pinned with those of the connectors, which jobs have beside ours."""
    from headrace.connectors.manifest import read_manifest
    from headrace.connectors.store import JarStore

    return JarStore().fetch_all(read_manifest(HERE.parent)["protobuf"].jars)


def flink_jars() -> str:
    """The jars of the installed ``apache-flink``."""
    spec = importlib.util.find_spec("pyflink")
    if spec is None or spec.origin is None:
        raise SystemExit("apache-flink is not installed in this Python. Run `make setup` first.")
    return str(Path(spec.origin).parent / "lib" / "*")


def compile_classes(target: Path) -> None:
    """Compile every source into ``target``; warnings are errors."""
    options = [
        "--release",
        str(JAVA_RELEASE),
        "-parameters",
        "-g:source,lines",
        "-Werror",
        "-Xlint:all,-serial,-classfile",
    ]
    command = [javac(), *options, "-cp", class_path(), "-d", str(target), *map(str, sources())]
    subprocess.run(command, check=True)  # noqa: S603 -- our sources


def write_jar(classes: Path, jar: Path) -> None:
    """Pack ``classes`` into ``jar``: manifest first, then sorted, no times, no permissions of this machine."""
    with zipfile.ZipFile(jar, "w", compresslevel=9) as archive:
        _add(archive, MANIFEST, manifest().encode())
        for path in sorted(classes.rglob("*.class")):
            _add(archive, path.relative_to(classes).as_posix(), path.read_bytes())
        for name, path in resources().items():
            _add(archive, name, path.read_bytes())


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, FIXED_DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content)


def build(jar: Path = JAR) -> Path:
    """Build the jar at ``jar`` and return it."""
    with tempfile.TemporaryDirectory() as classes:
        compile_classes(Path(classes))
        write_jar(Path(classes), jar)
    return jar


def entries(jar: Path) -> dict[str, bytes]:
    """Name and content of each entry of a jar."""
    with zipfile.ZipFile(jar) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def differences(built: Path, kept: Path) -> list[str]:
    """The entries that differ between two jars; with another compiler, the entries that one of them lacks."""
    ours, theirs = entries(built), entries(kept)
    if javac_major() != JDK_MAJOR:
        return sorted(ours.keys() ^ theirs.keys())
    changed = sorted(name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name))
    packed_alike = "ng" in zlib.ZLIB_RUNTIME_VERSION or built.read_bytes() == kept.read_bytes()
    return changed or ([] if packed_alike else ["the order or the dates of the entries"])


def check() -> None:
    """Fail when the jar in the tree is not what the sources give."""
    with tempfile.TemporaryDirectory() as folder:
        changed = differences(build(Path(folder) / JAR.name), JAR)
    if changed:
        raise SystemExit(
            f"{JAR.name} is not what its sources give; run `make jar`. Different: {', '.join(changed)}"
        )


def main() -> None:
    """Build or check, as the command line says."""
    parser = argparse.ArgumentParser(description="Build headrace-operators.jar.")
    parser.add_argument(
        "--check", action="store_true", help="compare with the jar in the tree, change nothing"
    )
    if parser.parse_args().check:
        check()
    else:
        sys.stdout.write(f"{build()}\n")


if __name__ == "__main__":
    main()
