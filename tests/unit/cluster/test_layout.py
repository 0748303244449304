from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from headrace.cluster.layout import Layout, choose_layout, read_layout
from headrace.cluster.ports import answers, free_ports, is_free, require_free, wait_until
from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from pathlib import Path

LAYOUT = Layout(1, 2, 3, 4, 5)


def test_a_layout_is_found_again(tmp_path: Path) -> None:
    assert read_layout(tmp_path / "cluster.json") is None
    LAYOUT.write(tmp_path / "cluster.json")
    assert read_layout(tmp_path / "cluster.json") == LAYOUT


@pytest.mark.parametrize("said", ["", "[]", '{"web_ui": 1}'])
def test_a_file_that_is_no_layout_is_said(said: str, tmp_path: Path) -> None:
    (tmp_path / "cluster.json").write_text(said)
    with pytest.raises(HeadraceError, match="not the layout of a cluster"):
        read_layout(tmp_path / "cluster.json")


def test_what_is_wanted_wins_over_what_was() -> None:
    assert choose_layout(LAYOUT, {"slots": 2}) == Layout(1, 2, 3, 4, 5, slots=2)


def test_ports_are_chosen_free_and_all_different() -> None:
    chosen = choose_layout(None, {"kafka": 8081}).ports
    assert chosen["kafka"] == 8081
    assert len({*chosen.values()}) == len(chosen)


def test_a_program_is_asked_where_it_listens() -> None:
    assert [
        LAYOUT.port_of(name) for name in ("jobmanager", "broker", "zookeeper", "sql-gateway", "taskmanager-1")
    ] == [
        1,
        2,
        4,
        5,
        None,
    ]


def test_a_taken_port_is_refused_by_name() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert answers(port)
        assert not is_free(port)
        with pytest.raises(HeadraceError, match=f"port {port}, which kafka of the cluster wants, is taken"):
            require_free(port, "kafka of the cluster")


def test_nobody_answers_on_a_free_port() -> None:
    assert not answers(free_ports(1)[0])


def test_waiting_ends_with_what_did_not_come() -> None:
    with pytest.raises(HeadraceError, match="no ship within 0 s\nLook at the sea"):
        wait_until(lambda: False, 0.1, "no ship", "Look at the sea.")
