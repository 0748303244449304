"""What ``headrace cluster down`` does with the jobs before it ends their cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headrace.cluster.submitter import Submitter
from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from headrace.cluster.local import LocalCluster
    from headrace.cluster.submission import Submission

COLLECTS = "Collect table sink"
"""What Flink calls the end of a SELECT: its rows go to whoever asked, and it has nothing to go on from."""


def running_jobs(cluster: LocalCluster) -> list[dict[str, Any]]:
    """Jobs that run, but for queries; none when the cluster was never up, or its job manager does not answer."""
    return [job for job in _running(cluster) if not _is_query(cluster, job)]


def cancel_queries(cluster: LocalCluster) -> int:
    """End the queries that run; returns how many there were."""
    queries = [job["jid"] for job in _running(cluster) if _is_query(cluster, job)]
    for job_id in queries:
        cluster.monitor.cancel(job_id)
    return len(queries)


def _running(cluster: LocalCluster) -> list[dict[str, Any]]:
    return cluster.monitor.running() if cluster.programs() else []


def _is_query(cluster: LocalCluster, job: dict[str, Any]) -> bool:
    vertices = cluster.monitor.get(f"/jobs/{job['jid']}").get("vertices", [])
    return any(COLLECTS in vertex["name"] for vertex in vertices)


def stop_jobs(cluster: LocalCluster) -> list[Submission]:
    """Stop each running job with a savepoint, its sinks committed.

    A job that only ended with its cluster would go on from its newest checkpoint, but what it had written and not yet
    committed to Kafka is thrown away by the broker after its transaction timeout.

    Raises:
        HeadraceError: when a job can not be stopped; the cluster still runs then.
    """
    return [_stop(cluster, job) for job in running_jobs(cluster)]


def _stop(cluster: LocalCluster, job: dict[str, Any]) -> Submission:
    try:
        return Submitter(cluster).stop(job["jid"])
    except HeadraceError as error:
        raise HeadraceError(
            f"{job['name']} is {job['state']} and could not be stopped with a savepoint: {error.args[0]}",
            "The cluster still runs. headrace cluster down --now ends it as it is.",
        ) from error
