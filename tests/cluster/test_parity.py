"""The certificate of a slice: by history, by raw events, and through a cluster that is killed and resumed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from datasets.fraud import published, record
from headrace.cli.parity import SLICE_OPTIONS
from headrace.parity.certificate import Certificate
from headrace.parity.certify import Stage, Subject, certify
from headrace.parity.page import page
from tests.local_tables import ROOT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.cluster

DAYS = 10
COMMITTED = ROOT / "docs" / "certificates"


@pytest.fixture(scope="module")
def certificate(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    def ignore(*_: Any) -> None:
        return None

    stage = Stage(ignore, ignore, lambda job, _: job.wait(), ignore)
    folder = tmp_path_factory.mktemp("parity")
    return certify(
        Subject(root, "fraud", DAYS, folder, record, published, options=SLICE_OPTIONS, beam=True), stage
    )


def test_no_row_differs_in_any_way(certificate: Certificate) -> None:
    found = [(each.left, each.right, each.differing) for each in certificate.comparisons if not each.holds]
    assert found == []
    assert certificate.holds


def test_every_way_gives_the_same_bytes(certificate: Certificate) -> None:
    hashes = {each.name: each.result_sha256 for each in certificate.computations}
    assert {hashes[name] for name in ("oracle", "history", "raw", "killed")} == {hashes["oracle"]}


def test_the_cluster_was_killed_in_the_middle(certificate: Certificate) -> None:
    due = next(each.rows for each in certificate.inputs if each.table == "transactions_raw")
    assert due / 4 < certificate.interruption.rows_before < due
    assert certificate.interruption.parallelism[0] != certificate.interruption.parallelism[1]


def test_the_committed_certificate_holds_and_its_page_is_the_one_made_of_it() -> None:
    paths = sorted(COMMITTED.glob("*.json"))
    assert paths
    for path in paths:
        document = json.loads(path.read_text(encoding="utf-8"))
        kept = Certificate.model_validate({name: each for name, each in document.items() if name != "holds"})
        assert kept.holds
        assert path.with_suffix(".md").read_text(encoding="utf-8") == page(kept)
