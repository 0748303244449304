from __future__ import annotations

import pytest

from headrace.runtime.configuration import embedded, read_profile
from headrace.runtime.network import ADDRESSES, CLOSED, taken_port
from tests.local_tables import ROOT


def test_a_job_in_this_process_is_reached_by_this_machine_alone_and_takes_no_jar() -> None:
    options = embedded({}, "a job", {})
    assert {options[name] for name in ADDRESSES} == {"127.0.0.1"}
    assert (options["web.submit.enable"], options["web.cancel.enable"]) == ("false", "false")
    assert options["web.access-control-allow-origin"] == "nobody"


def test_a_profile_may_open_what_is_closed() -> None:
    assert embedded({"rest.bind-address": "::"}, "a job", {})["rest.bind-address"] == "::"


def test_a_cluster_here_or_in_containers_takes_no_jar_by_the_web_either() -> None:
    profile = read_profile(ROOT, "cluster")
    assert {name: profile[name] for name in CLOSED if name.startswith("web.")}.items() <= CLOSED.items()


@pytest.mark.parametrize(
    ("ports", "said"), [("8085", "port 8085 is"), ("8081-8099", "ports 8081 to 8099 are")]
)
def test_no_port_for_the_web_ui_is_a_sentence(ports: str, said: str) -> None:
    trace = f"Caused by: java.net.BindException: Could not start rest endpoint on any port in port range {ports}\n"
    error = taken_port(trace)
    assert error is not None
    assert error.args[0] == f"{said} taken on this machine"
    assert "--ui-port" in error.hint


def test_another_failure_of_flink_is_not_one_of_ports() -> None:
    assert taken_port("java.io.IOException: disk full") is None
