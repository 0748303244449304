"""``headrace parity``: whether live features equal those of training, proven on a data set."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from headrace.cli import console, options
from headrace.cli.data import load_dataset
from headrace.cli.progress import Bars, RowsView, watch
from headrace.errors import HeadraceError
from headrace.runtime.folders import create_folder
from headrace.runtime.lock import EVERYTHING, claim
from headrace.runtime.run import make_importable
from headrace.runtime.suite import find_root

if TYPE_CHECKING:
    from headrace.parity.certificate import Certificate
    from headrace.parity.certify import Subject
    from headrace.parity.comparison import Comparison

DEFAULT_OUTPUT = Path("work/parity")
TABLES = "tables"
HEAP = "-Xmx4g"
"""Verdicts are read far ahead of raw events and wait in state: all of them, for the whole data set."""
SHORT_LIVED = "-Xmx1536m -XX:TieredStopAtLevel=1"
"""For a slice, compiling more than this takes longer than it gives."""
SLICE_OPTIONS = {
    "env.java.opts.taskmanager": "-XX:TieredStopAtLevel=1",
    "execution.checkpointing.interval": "2 s",
    "execution.checkpointing.min-pause": "1 s",
}
"""A checkpoint soon enough to be killed after."""


def parity(
    use_case: Annotated[str, typer.Argument(help="A folder in sql/ that has a parity.yaml.")],
    days: Annotated[Optional[int], typer.Option(help="Only the first days of the data set.", min=1)] = None,
    small: Annotated[bool, typer.Option("--slice", help="Only as many days as tests take.")] = False,
    beam: Annotated[
        bool, typer.Option("--beam", help="Ask Apache Beam as well, on a few entities; a slice always does.")
    ] = False,
    output: Annotated[
        Path, typer.Option(help="Where the certificate goes; the tables too, until it holds.")
    ] = DEFAULT_OUTPUT,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the tables in any case.")] = False,
    json: options.Json = False,
    root: options.Root = None,
) -> None:
    """Compute features from history, from raw events and through a crash, and compare all with an oracle, row by row.

    Ends with exit code 1 when anything differs. Example: headrace parity fraud --slice
    """
    from headrace.parity.certify import certify

    suite = find_root(root)
    make_importable(suite)
    dataset = load_dataset(suite, use_case)
    create_folder(output)
    os.environ.setdefault("JVM_ARGS", SHORT_LIVED if small else HEAP)
    asked = days or (dataset.SLICE_DAYS if small else dataset.DAYS)
    subject = _subject(suite, use_case, dataset, asked, output, beam or small)
    view = _View()
    try:
        with claim(output, f"headrace parity {use_case}", [EVERYTHING]):
            certificate = certify(subject, view.stage)
            _write(certificate, output)
            if certificate.holds and not keep:
                shutil.rmtree(subject.folder)
    finally:
        view.close()
    _print(certificate, output, json)
    if not certificate.holds:
        raise typer.Exit(1)


def _subject(suite: Path, use_case: str, dataset: Any, days: int, output: Path, beam: bool) -> Subject:
    from headrace.parity.certify import Subject

    if days > dataset.DAYS:
        raise HeadraceError(f"the data set {use_case} has {dataset.DAYS} days, not {days}", "Ask for fewer.")
    return Subject(
        root=suite,
        use_case=use_case,
        days=days,
        folder=output.resolve() / TABLES,
        record=dataset.record,
        published=getattr(dataset, "published", None),
        options=SLICE_OPTIONS if days <= dataset.SLICE_DAYS else {},
        beam=beam,
    )


class _View:
    """The proof on the screen: what begins, and how far it is."""

    def __init__(self) -> None:
        from headrace.parity.certify import Stage

        self._bars = Bars()
        self._rows: RowsView | None = None
        self.stage = Stage(announce=self._announce, progress=self._bars, watch=watch, show=self._show)

    def close(self) -> None:
        """Take what moves off the screen."""
        self._bars.close()
        if self._rows:
            self._rows.__exit__()
        self._rows = None

    def _announce(self, what: str) -> None:
        self.close()
        console.err.print(what, markup=False)

    def _show(self, rows: dict[str, int]) -> None:
        if self._rows is None:
            self._rows = RowsView("events on the cluster").__enter__()
        self._rows(rows)


def _write(certificate: Certificate, output: Path) -> None:
    from headrace.parity.page import page

    (output / "certificate.json").write_text(certificate.model_dump_json(indent=2) + "\n", encoding="utf-8")
    (output / "certificate.md").write_text(page(certificate), encoding="utf-8")


def _print(certificate: Certificate, output: Path, as_json: bool) -> None:
    if as_json:
        console.print_json(certificate.model_dump(mode="json"))
    else:
        _print_tables(certificate)
        console.out.print(f"certificate {output / 'certificate.md'} and .json", markup=False, soft_wrap=True)


def _print_tables(certificate: Certificate) -> None:
    from headrace.parity.page import verdict, worst

    computed = [
        (each.name, each.rows, round(each.seconds), each.result_sha256[:16])
        for each in certificate.computations
    ]
    console.print_table("computed", ["", "rows", "seconds", "SHA-256 of the rows"], computed)
    heads = ["row by row", "in both", "only left", "only right", "repeated", "columns that differ"]
    console.print_table("compared", heads, [*map(_compared, certificate.comparisons)])
    console.print_table("", ["column", "largest difference", "between"], worst(certificate.comparisons))
    for each in certificate.ties:
        console.out.print(f"{each.rows:,} rows depend on the order of events of one {each.by} and moment")
    style = "bold green" if certificate.holds else "bold red"
    console.out.print(
        f"{'holds' if certificate.holds else 'DOES NOT HOLD'}: {verdict(certificate)}", style=style
    )


def _compared(each: Comparison) -> tuple[str, int, int, int, int, int]:
    pair = f"{each.left} – {each.right}"
    return pair, each.rows, each.only_left, each.only_right, each.repeated, len(each.differing)
