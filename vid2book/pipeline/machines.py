"""The machines of a Ray cluster: how they are reached, and how many actors they have room for."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

import ray

from ..errors import UserError
from .branch import BRANCHES
from .processes import cores

_OWN_MEMORY = 200 * 2**20  # bytes that a Ray of our own shares out: rows are small


class ClusterError(UserError):
    """A cluster that is not there, or cannot do what is asked of it."""


@dataclass(frozen=True)
class Cluster:
    """What works on the videos.

    Args:
        address: of a Ray cluster; None: the one that `RAY_ADDRESS` names, else this machine alone.
        actors: in each pool, at most; None: as many as there is room for.
        gpus: branch ("speech", "screen" or "text") to the part of a GPU that each of its actors
            has; none if it is not named.
    """

    address: str | None = None
    actors: int | None = None
    gpus: Mapping[str, float] = field(default_factory=dict)

    @property
    def pools(self) -> list[Pool]:
        """Branches that follow one another and need the same are done by the same actors."""
        pools: list[Pool] = []
        for branch in BRANCHES:
            gpus = self.gpus.get(branch, 0.0)
            if pools and pools[-1].gpus == gpus:
                pools[-1] = Pool((*pools[-1].branches, branch), gpus)
            else:
                pools.append(Pool((branch,), gpus))
        return pools


class Pool(NamedTuple):
    """Actors that do the same, with a core each."""

    branches: tuple[str, ...]
    gpus: float  # of each actor


@contextmanager
def connected(cluster: Cluster) -> Iterator[None]:
    """A Ray to work with. One that the program has already is left as it is."""
    if ray.is_initialized():
        yield
        return
    quiet = {"log_to_driver": False, "logging_level": logging.ERROR}
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    if address := cluster.address or os.environ.get("RAY_ADDRESS"):
        try:
            ray.init(address, **quiet)
        except (ConnectionError, ValueError, RuntimeError) as error:
            raise ClusterError(f"there is no Ray cluster at '{address}': {error}") from error
    else:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        # Else they get what all others on this machine leave, unlike those of the local executor.
        os.environ.setdefault("RAY_worker_niceness", "0")
        count = max(cores(), len(cluster.pools) * (cluster.actors or 1))
        ray.init(
            "local", num_cpus=count, object_store_memory=_OWN_MEMORY, include_dashboard=False,
            **quiet,
        )  # fmt: skip
    try:
        yield
    finally:
        ray.shutdown()


def room(pools: Sequence[Pool]) -> list[int]:
    """How many actors each pool begins with: all that there is room for now.

    Raises:
        ClusterError: there is no room for one of each, and Ray would wait without end.
    """
    machines = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    cpus, gpus = (sum(has.get(what, 0.0) for has in machines) for what in ("CPU", "GPU"))
    share = sum(pool.gpus for pool in pools)
    for what, count, needed in (("CPU", cpus, len(pools)), ("GPU", gpus, share)):
        if count < needed:
            raise ClusterError(
                f"the cluster has {count:g} {what}s, and one actor of each kind needs {needed:g} "
                "in total; if machines are started on demand, start some first"
            )
    most = max(pool.gpus for pool in pools)
    if all(has.get("GPU", 0.0) < most for has in machines):
        raise ClusterError(f"no machine of the cluster has the {most:g} GPUs that one actor needs")
    # GPUs are not to wait for what feeds them, so they come first.
    bound = int(gpus / share) if share else 0
    fed = [min(bound, int(cpus) // len(pools)) if pool.gpus else 0 for pool in pools]
    left, others = int(cpus) - sum(fed), fed.count(0)
    return [count or max(1, left // others) for count in fed]


def actors_on_this_machine() -> int:
    """How many actors share its memory, at most: each has a core of those that Ray gives out."""
    here = ray.get_runtime_context().get_node_id()
    cpus = (n["Resources"].get("CPU", 1.0) for n in ray.nodes() if n["NodeID"] == here)
    return max(1, int(next(cpus, 1.0)))
