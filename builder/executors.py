"""The executors, as the command line names them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from vid2book.errors import UserError

if TYPE_CHECKING:
    from vid2book.pipeline.machines import Cluster

Executor = Literal["local", "ray"]


def cluster_of(
    executor: Executor, workers: int | None, address: str | None, gpus: Iterable[str]
) -> Cluster | None:
    """The cluster to run on; None: the processes of this machine.

    Args:
        workers: the most actors in each pool.
        address: of a Ray cluster.
        gpus: a share for each branch, such as "speech=0.25".

    Raises:
        UserError: Ray is missing, or the options do not go together.
    """
    shares = dict(map(_share, gpus))
    if executor == "local":
        if address or shares:
            raise UserError("--address and --gpus belong to --executor ray")
        return None
    try:
        from vid2book.pipeline.machines import Cluster
    except ModuleNotFoundError as error:
        if error.name != "ray":
            raise
        raise UserError("--executor ray needs Ray: pip install 'vid2book[ray]'") from None
    return Cluster(address, workers, shares)


def _share(option: str) -> tuple[str, float]:
    from vid2book.pipeline.branch import BRANCHES

    branch, _, number = option.partition("=")
    try:
        share = float(number)
    except ValueError:
        share = 0.0
    # Ray can assign a fraction of one GPU, or several whole ones.
    if branch not in BRANCHES or not (0 < share <= 1 or (share > 1 and share.is_integer())):
        raise UserError(
            f"--gpus {option}: name what needs GPUs ({', '.join(BRANCHES)}) and how many each "
            "actor has, such as speech=0.25"
        )
    return branch, share
