"""SQL files as text: what they declare, what they mention and where.

The files are Flink SQL as it is pasted into the SQL client; nothing is parsed beyond comments, literals and names,
and nothing is rewritten but ``${NAME}`` and ``${NAME:-default}`` in connector files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_COMMENT_OR_LITERAL = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", re.DOTALL)
_NAME = re.compile(r"(?<![.\w])(?:(\w+)\.)?(\w+)\b")
_DECLARED = re.compile(r"\b(?:TABLE|VIEW|FUNCTION)\s+(?:IF\s+NOT\s+EXISTS\s+)?([\w.]+)", re.IGNORECASE)
_STATEMENT_SET = re.compile(r"EXECUTE\s+STATEMENT\s+SET\b", re.IGNORECASE)
_SINK = re.compile(r"\bINSERT\s+INTO\s+sinks\.(\w+)", re.IGNORECASE)
_UNQUOTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters, and what stands for the bytes of a name that is no UTF-8."""
_BARE = re.compile(r"[\w.+-]*")
_PLACEHOLDER = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")


@dataclass(frozen=True)
class Statement:
    """One SQL file with one statement.

    Attributes:
        name: the object it declares, which is the file's name.
        path: the file.
        text: the file's content, comments included, so that Flink's line numbers are the file's.
    """

    name: str
    path: Path
    text: str

    @classmethod
    def read(cls, path: Path) -> Statement:
        """Read a file.

        Raises:
            HeadraceError: when it is no UTF-8, is empty, holds more than one statement, or declares another name
                than its own.
        """
        try:
            statement = cls(path.stem, path, path.read_text(encoding="utf-8"))
        except UnicodeDecodeError as error:
            raise HeadraceError(f"{path}: not UTF-8: {error}", "Save it as UTF-8.") from error
        statement._require_one_statement()
        return statement

    @property
    def code(self) -> str:
        """The text with comments and literals blanked out, each character at its old place."""
        return _COMMENT_OR_LITERAL.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), self.text)

    @property
    def executable(self) -> str:
        """The text as Flink takes it: without the closing semicolon."""
        return self.text.rstrip().rstrip(";")

    @property
    def is_statement_set(self) -> bool:
        """Whether it is ``EXECUTE STATEMENT SET``, as pipelines are."""
        return bool(_STATEMENT_SET.match(self.code.lstrip()))

    @property
    def declares(self) -> str:
        """The name after CREATE, qualified when it is there; empty when the statement creates nothing."""
        found = _DECLARED.search(self.code) if self.code.lstrip().upper().startswith("CREATE") else None
        return found.group(1) if found else ""

    @property
    def mentions(self) -> frozenset[str]:
        """Unqualified names, and those in the database ``contracts`` as ``contracts.name``; not its own."""
        found = (match.groups() for match in _NAME.finditer(self.code))
        names = (
            f"contracts.{name}" if database == "contracts" else name
            for database, name in found
            if database in (None, "contracts")
        )
        return frozenset(names) - {self.declares}

    @property
    def sinks(self) -> frozenset[str]:
        """Names after ``INSERT INTO sinks.``."""
        return frozenset(_SINK.findall(self.code))

    @property
    def placeholders(self) -> frozenset[str]:
        """Names in ``${…}`` that must be given a value: those that have no default."""
        return frozenset(name for name, default in self._placeholders() if default is None)

    def line_of(self, position: int) -> int:
        """The line, from 1, on which the character at a position stands."""
        return self.text.count("\n", 0, position) + 1

    def bound(self, values: Mapping[str, str]) -> Statement:
        """The same statement with each ``${NAME}`` replaced, by its default when there is one and no value.

        Within a literal an apostrophe of a value is doubled; outside of literals only numbers and names may stand.

        Raises:
            HeadraceError: names the file, the line and the missing value; a value that can not stand in SQL.
        """
        for match in _PLACEHOLDER.finditer(self.text):
            if match.group(1) not in values and match.group(2) is None:
                raise HeadraceError(
                    f"{self.path}:{self.line_of(match.start())}: ${{{match.group(1)}}} has no value",
                    f"Set the environment variable {match.group(1)}, or pass --set {match.group(1)}=…",
                )
        literals = [match.span() for match in _COMMENT_OR_LITERAL.finditer(self.text)]

        def _replaced(match: re.Match[str]) -> str:
            value = values.get(match.group(1), match.group(2))
            in_literal = any(begin < match.start() < end for begin, end in literals)
            return self._as_sql(match, value, in_literal=in_literal)

        return Statement(self.name, self.path, _PLACEHOLDER.sub(_replaced, self.text))

    def _as_sql(self, match: re.Match[str], value: str, *, in_literal: bool) -> str:
        if _UNQUOTABLE.search(value) or not (in_literal or _BARE.fullmatch(value)):
            wanted = (
                "text without control characters"
                if in_literal
                else "a number or a name, as no quotes are around"
            )
            raise HeadraceError(
                f"{self.path}:{self.line_of(match.start())}: the value of ${{{match.group(1)}}} can not stand in SQL: "
                f"expected {wanted}",
                "Give it another value; for a folder, another name.",
            )
        return value.replace("'", "''")

    def _placeholders(self) -> list[tuple[str, str | None]]:
        return [(match.group(1), match.group(2)) for match in _PLACEHOLDER.finditer(self.text)]

    def _require_one_statement(self) -> None:
        code = self.code.strip()
        if not code:
            raise HeadraceError(f"{self.path}:1: the file holds no statement", "One statement a file.")
        if code.upper().startswith("EXECUTE"):
            return
        position = self.code.find(";")
        if position >= 0 and self.code[position + 1 :].strip():
            raise HeadraceError(
                f"{self.path}:{self.line_of(position)}: a second statement follows",
                "One statement a file: give it a file of its own.",
            )
        self._require_own_name()

    def _require_own_name(self) -> None:
        if self.declares.split(".")[-1] != self.name:
            raise HeadraceError(
                f"{self.path}:1: expected a statement that creates {self.name}, found {self.declares or 'none'}",
                "A file is named after the object it creates.",
            )
