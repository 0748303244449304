"""What every peer is told."""

from __future__ import annotations

import argparse
from pathlib import Path

PAYMENTS, LABELS, ANSWERS = "transactions_raw", "labels", "predictions"


def parse(name: str) -> argparse.Namespace:
    """The arguments of this process.

    Args:
        name: of the peer, for its help.
    """
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.pipeline.peers.{name}")
    parser.add_argument("--broker", required=True)
    parser.add_argument("--prefix", required=True, help="what the topics' names begin with")
    parser.add_argument("--model", type=Path, required=True, help="folder of the artifact")
    parser.add_argument("--folder", type=Path, required=True, help="for what it keeps; must be there")
    parser.add_argument("--features", action="store_true", help="answers have them, too")
    return parser.parse_args()
