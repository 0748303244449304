"""A certificate as a page for people, in Markdown.

Names and keys come from data: what Markdown or HTML would act on in them is written as text, names set as code apart.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from headrace.parity.certificate import Certificate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from headrace.parity.comparison import ColumnDifference, Comparison

SHOWN_KEYS = 60
_MARKUP = str.maketrans({**{char: f"&#{ord(char)};" for char in "&<>`|[]\\"}, "\n": " ", "\r": " "})
_NAME_AS_CODE = re.compile(r"(`\w+`)")


def page(certificate: Certificate) -> str:
    """The certificate as Markdown; nothing in it that the JSON form does not have."""
    return "\n".join(_lines(_as_text(certificate))) + "\n"


def verdict(certificate: Certificate) -> str:
    """What was found, in a sentence."""
    rows = certificate.computations[0].rows
    count = len(certificate.comparisons[0].columns) + 1 if certificate.comparisons else 0
    what = f"{rows:,} rows of {count} columns, {len(certificate.computations)} computations"
    if certificate.holds:
        return f"{what}: no difference"
    bad = [f"{each.left} and {each.right}" for each in certificate.comparisons if not each.holds]
    return f"{what}: DIFFERENT in {'; '.join(bad) or 'nothing, since nothing was compared'}"


def largest_differences(comparisons: Sequence[Comparison]) -> list[tuple[str, ...]]:
    """A row a column: its name and its largest difference in each comparison, with the rows that differ."""
    columns = dict.fromkeys(each.column for comparison in comparisons for each in comparison.columns)
    found = [{each.column: each for each in comparison.columns} for comparison in comparisons]
    return [(column, *(_difference(each.get(column)) for each in found)) for column in columns]


def worst(comparisons: Sequence[Comparison]) -> list[tuple[str, str, str]]:
    """A row a column: its name, its largest difference in all comparisons, and where that was."""
    found: dict[str, list[tuple[float, int, str, ColumnDifference]]] = {}
    for comparison, pair in zip(comparisons, pairs(comparisons)):
        for each in comparison.columns:
            found.setdefault(each.column, []).append((float(each.largest or 0), each.rows, pair, each))
    return [(column, *_where(max(every, key=lambda each: each[:2]))) for column, every in found.items()]


def _as_text(certificate: Certificate) -> Certificate:
    """The same certificate, with nothing in its texts that Markdown or HTML would act on."""
    return Certificate.model_validate(_without_markup(certificate.model_dump(exclude={"holds"})))


def _without_markup(value: Any) -> Any:
    if isinstance(value, dict):
        return {_without_markup(key): _without_markup(content) for key, content in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_markup(content) for content in value]
    return _escaped(value) if isinstance(value, str) else value


def _escaped(text: str) -> str:
    parts = _NAME_AS_CODE.split(text)
    return "".join(part if _NAME_AS_CODE.fullmatch(part) else part.translate(_MARKUP) for part in parts)


def _where(found: tuple[float, int, str, ColumnDifference]) -> tuple[str, str]:
    _, _, pair, difference = found
    shown = _difference(difference)
    return shown, pair if shown != "0" else "–"


def pairs(comparisons: Sequence[Comparison]) -> list[str]:
    """What each comparison compares."""
    return [f"{each.left} – {each.right}" for each in comparisons]


def _difference(found: ColumnDifference | None) -> str:
    if found is None:
        return "–"
    shown = "0" if not found.largest else f"{found.largest:.2g}"
    return f"{shown} ({found.rows:,} rows)" if found.rows else shown


def _lines(certificate: Certificate) -> Iterator[str]:
    yield f"# Parity of {certificate.use_case}: {'holds' if certificate.holds else 'DOES NOT HOLD'}"
    yield f"\n{verdict(certificate)}. Made {certificate.made_at} from {certificate.days} days."
    yield "\n## Computed\n"
    yield from _computations(certificate)
    yield "\n## Compared, row by row\n"
    yield from _comparisons(certificate)
    yield "\n## Named exceptions\n"
    yield from _ties(certificate)
    yield "\n## From what, by what\n"
    inputs = ((each.table, f"{each.rows:,}", f"`{each.sha256}`") for each in certificate.inputs)
    yield from _table(("table", "rows", "SHA-256"), inputs)
    yield f"\nDeclaration `{certificate.declaration_sha256}`, functions `{certificate.operators_sha256}`.\n"
    yield ", ".join(f"{name} {found}" for name, found in certificate.versions.items()) + "."


def _computations(certificate: Certificate) -> Iterator[str]:
    head = ("name", "how", "rows", "seconds", "SHA-256 of the rows", "SHA-256 of the SQL")
    yield from _table(
        head,
        (
            (
                each.name,
                each.how,
                f"{each.rows:,}",
                f"{each.seconds:.0f}",
                f"`{each.result_sha256}`",
                _code(each.sql_sha256),
            )
            for each in certificate.computations
        ),
    )
    stopped = certificate.interruption
    yield (
        f"\nThe cluster was killed after {stopped.rows_before:,} events at parallelism {stopped.parallelism[0]} and "
        f"resumed from `{stopped.checkpoint}` at parallelism {stopped.parallelism[1]}."
    )


def _comparisons(certificate: Certificate) -> Iterator[str]:
    yield from _table(
        ("compared", "rows in both", "only left", "only right", "repeated", "columns that differ"),
        (
            (
                pair,
                *(
                    f"{count:,}"
                    for count in (
                        each.rows,
                        each.only_left,
                        each.only_right,
                        each.repeated,
                        len(each.differing),
                    )
                ),
            )
            for pair, each in zip(pairs(certificate.comparisons), certificate.comparisons)
        ),
    )
    yield "\nLargest difference of a column:\n"
    yield from _table(
        ("column", *pairs(certificate.comparisons)), largest_differences(certificate.comparisons)
    )


def _ties(certificate: Certificate) -> Iterator[str]:
    yield (
        "No row is left out above. Rows of one entity and one moment count one after the other, in the order of "
        f"`{certificate.key}`; who sorts them otherwise gets other features for them:"
    )
    yield ""
    for each in certificate.ties:
        shown = ", ".join(map(str, each.keys[:SHOWN_KEYS]))
        more = f" and {len(each.keys) - SHOWN_KEYS:,} more" if len(each.keys) > SHOWN_KEYS else ""
        yield f"* by `{each.by}`: {each.rows:,} rows{': ' if each.keys else ''}{shown}{more}"


def _code(text: str | None) -> str:
    return f"`{text}`" if text else "–"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
