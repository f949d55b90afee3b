"""The machines of a Ray cluster: connecting to them, and how many actors they have room for."""

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

_OWN_MEMORY = 200 * 2**20  # bytes of object store in a Ray that we start: rows are small


class ClusterError(UserError):
    """A cluster that cannot be reached, or cannot do what the run needs."""


@dataclass(frozen=True)
class Cluster:
    """The machines that process the videos.

    Args:
        address: of a Ray cluster; None: the one that `RAY_ADDRESS` names, else this machine alone.
        actors: most actors in each pool; None: as many as there is room for.
        gpus: branch ("speech", "screen" or "text") to the share of a GPU that each of its actors
            gets; a branch that is not listed gets none.
    """

    address: str | None = None
    actors: int | None = None
    gpus: Mapping[str, float] = field(default_factory=dict)

    @property
    def pools(self) -> list[Pool]:
        """The pools of actors. Consecutive branches that need the same GPU share form one pool."""
        pools: list[Pool] = []
        for branch in BRANCHES:
            gpus = self.gpus.get(branch, 0.0)
            if pools and pools[-1].gpus == gpus:
                pools[-1] = Pool((*pools[-1].branches, branch), gpus)
            else:
                pools.append(Pool((branch,), gpus))
        return pools


class Pool(NamedTuple):
    """Actors that run the same branches, with one core each."""

    branches: tuple[str, ...]
    gpus: float  # of each actor


@contextmanager
def connected(cluster: Cluster) -> Iterator[None]:
    """Connect to Ray, or start it. If the program is connected already, nothing changes."""
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
        # Ray's default would give its workers less CPU than the local executor's get.
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
    """How many actors each pool starts with: all that there is room for now.

    Raises:
        ClusterError: there is no room for one of each, and Ray would wait for ever.
    """
    machines = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    cpus, gpus = (sum(m.get(what, 0.0) for m in machines) for what in ("CPU", "GPU"))
    share = sum(pool.gpus for pool in pools)
    for what, count, needed in (("CPU", cpus, len(pools)), ("GPU", gpus, share)):
        if count < needed:
            raise ClusterError(
                f"the cluster has {count:g} {what}s, and one actor of each kind needs {needed:g} "
                "in total; if machines are started on demand, start some first"
            )
    most = max(pool.gpus for pool in pools)
    if all(machine.get("GPU", 0.0) < most for machine in machines):
        raise ClusterError(f"no machine of the cluster has the {most:g} GPUs that one actor needs")
    # Pools with GPUs get their cores first, so that no GPU is idle for want of a core.
    bound = int(gpus / share) if share else 0
    counts = [min(bound, int(cpus) // len(pools)) if pool.gpus else 0 for pool in pools]
    free, others = int(cpus) - sum(counts), counts.count(0)
    return [count or max(1, free // others) for count in counts]


def actors_on_this_machine() -> int:
    """The most actors that can share this machine's memory: one per core that Ray offers."""
    here = ray.get_runtime_context().get_node_id()
    cpus = (n["Resources"].get("CPU", 1.0) for n in ray.nodes() if n["NodeID"] == here)
    return max(1, int(next(cpus, 1.0)))
