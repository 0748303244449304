"""What ``headrace cluster down`` does with the jobs before it ends their cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headrace.cluster.submitter import Submitter
from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from headrace.cluster.local import LocalCluster
    from headrace.cluster.submission import Submission

QUERY = "collect"
"""What Flink calls the job of a SELECT: its rows go to whoever asked, and it has nothing to go on from."""


def running_jobs(cluster: LocalCluster) -> list[dict[str, Any]]:
    """Jobs that run, but for queries; none when the cluster was never up, or its job manager does not answer."""
    running = cluster.monitor.running() if cluster.programs() else []
    return [job for job in running if job["name"] != QUERY]


def cancel_queries(cluster: LocalCluster) -> int:
    """End the queries that run; returns how many there were."""
    running = cluster.monitor.running() if cluster.programs() else []
    queries = [job["jid"] for job in running if job["name"] == QUERY]
    for job_id in queries:
        cluster.monitor.cancel(job_id)
    return len(queries)


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
