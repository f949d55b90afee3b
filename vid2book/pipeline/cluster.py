"""The Ray executor: processes the videos of a corpus on many machines, with Ray Data.

The rows of the manifest go through pools of actors, one row at a time whenever an actor is free.
Results go to the store and only an `Event` comes back, so nothing large travels. Each actor works
through a process of its own, as the local executor does: if a video crashes that process, only the
video fails. So an actor is lost only with its machine, and Ray then starts the row again elsewhere.
"""

from __future__ import annotations

import os
import pickle
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, NamedTuple, NoReturn

import pyarrow as pa
import ray
import ray.data
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from ..errors import UserError
from ..models.lazy import models_of
from ..records import Video
from ..store import Store, make_key
from .corpus import Corpus
from .graph import STAGES
from .keys import stage_key
from .local import Event, Processes, sum_by_name
from .machines import Cluster, ClusterError, actors_on_this_machine, connected, room

_TRIES = 4  # of a row: machines are lost now and then, but not four under one video
_MOST_BLOCKS = 10_000  # for Ray to keep track of


def run(corpus: Corpus, cluster: Cluster) -> Iterator[Event]:
    """Fill the store with every video's results, as `local.run` does, with the actors of a cluster.

    Args:
        corpus: all machines of the cluster can reach its store and its videos.

    Raises:
        ClusterError: the cluster is missing, lost or too small, its machines have different code or
            a different store, or the store cannot be read or written there.
    """
    if not corpus.videos:
        return
    with connected(cluster):
        try:
            for row in _rows(corpus, cluster):
                if row["stop"]:
                    raise ClusterError(row["stop"])
                yield replace(pickle.loads(row["event"]), video=corpus.videos[row["number"]])
        except ray.exceptions.RayError as error:
            reason = str(error).strip().rpartition("\n")[2]
            raise ClusterError(
                f"Ray gave up: {reason}; fix that, then run the same command to continue"
            ) from error


def _rows(corpus: Corpus, cluster: Cluster) -> Iterator[dict[str, Any]]:
    """The rows of the manifest as they come out of the last pool."""
    home = _Home(
        replace(corpus, videos=()), os.getcwd(), _mark(corpus.store), _recipe(corpus), _desk()
    )
    with ray.data.DataContext.current(_settings()):
        blocks = list(_blocks(corpus.videos))
        most = min(len(blocks), cluster.actors or len(blocks))
        rows = ray.data.from_arrow(blocks)
        for pool, count in zip(cluster.pools, room(cluster.pools), strict=True):
            rows = rows.map(
                _Hand,
                fn_constructor_args=(home, pool.branches),
                # A row queued behind a long video could be processed by another actor.
                compute=ray.data.ActorPoolStrategy(
                    min_size=1, max_size=most, initial_size=min(count, most),
                    max_tasks_in_flight_per_actor=1,
                ),
                num_cpus=1,
                num_gpus=pool.gpus,
            )  # fmt: skip
    for batch in rows.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=0):
        yield from batch.to_pylist()  # at once: prefetching would hold back the rows of a batch


def _blocks(videos: Sequence[Video]) -> Iterator[pa.Table]:
    """A row per video. If there are many, a block has several rows, which one actor processes."""
    step = -(-len(videos) // _MOST_BLOCKS)
    for begin in range(0, len(videos), step):
        numbers = range(begin, min(begin + step, len(videos)))
        events = [pickle.dumps(Event(videos[number])) for number in numbers]
        yield pa.table({"number": list(numbers), "event": events, "stop": [""] * len(events)})


class _Home(NamedTuple):
    """What actors must know about the machine that started the run."""

    corpus: Corpus  # without its videos
    folder: str  # paths are relative to it
    mark: bytes  # identifies the store
    recipe: str  # identifies the code and models that make the results
    desk: Any  # counts how often each row is started


class _Hand:
    """An actor: runs some branches of one video after another."""

    def __init__(self, home: _Home, branches: Sequence[str]) -> None:
        with suppress(OSError):  # it does not exist here, but perhaps no path is relative
            os.chdir(home.folder)
        self._desk, self._branches = home.desk, branches
        self._stop = ""
        try:
            _compare(home)
        except UserError as error:
            self._stop = _message(error)
        self._processes = Processes(
            home.corpus, 1, lambda _: None, branches, beside=actors_on_this_machine()
        )

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        before = pickle.loads(row["event"])
        if row["stop"] or not before.kept:  # from an earlier pool
            return row
        try:
            after = self._run(before.video, row["number"])
        except UserError as error:  # not the video's fault, so it ends the run
            self._stop = _message(error)
        if self._stop:
            return {**row, "stop": self._stop}
        return {**row, "event": pickle.dumps(_merge(before, after))}

    def _run(self, video: Video, number: int) -> Event:
        if self._stop:
            return Event(video)
        if ray.get(self._desk.begins.remote(number, self._branches)) > _TRIES:
            reason = f"its machine was lost {_TRIES} times (out of memory?)"
            return Event(video, failure=reason, kept=False)
        (event,) = self._processes.events([video])
        return event


def _merge(before: Event, after: Event) -> Event:
    """One event from those of a video in one pool and in the next."""
    return replace(
        after,
        duration=max(before.duration, after.duration),
        seconds=before.seconds + after.seconds,
        failure=before.failure or after.failure,
        cpu=sum_by_name(before.cpu, after.cpu),
        wall=sum_by_name(before.wall, after.wall),
    )


class _Desk:
    """Counts how often each piece of work was started, and survives the loss of a machine."""

    def __init__(self) -> None:
        self._starts: Counter[tuple[object, ...]] = Counter()

    def begins(self, *work: object) -> int:
        self._starts[work] += 1
        return self._starts[work]


def _desk() -> Any:
    """A desk on this machine, without which the run ends anyway."""
    here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
    return ray.remote(_Desk).options(num_cpus=0, scheduling_strategy=here).remote()


def _compare(home: _Home) -> None:
    """Check that this machine has the same store, code and models as the one that started the run.

    Raises:
        ClusterError: it does not.
        ModelError: a model is missing.
        StoreError: the store cannot be read.
    """
    if home.corpus.store.piece(*_MARK, _absent) != home.mark:
        _absent()
    if _recipe(home.corpus) != home.recipe:
        raise ClusterError(
            "this machine has a different version of vid2book, of a library or of the weights "
            "than the machine that started the run; install the same on both"
        )


_MARK = ("executor", make_key("mark"))


def _mark(store: Store) -> bytes:
    """Random bytes in the store, which tell it from any other store."""
    return store.piece(*_MARK, lambda: os.urandom(16))


def _absent() -> NoReturn:
    raise ClusterError(
        "this machine sees a different store than the machine that started the run; with --store, "
        "name one that all machines share"
    )


def _recipe(corpus: Corpus) -> str:
    """A key of everything that determines the results, apart from the videos."""
    video, models = Video("", path=""), models_of(corpus.config)
    return make_key([stage_key(stage, video, corpus.config, models, []) for stage in STAGES])


def _message(error: UserError) -> str:
    return f"on the machine {ray.util.get_node_ip_address()}: {error}"


def _settings() -> Any:
    """Settings of Ray Data: show nothing, and add actors when the present ones are busy."""
    settings = ray.data.DataContext.get_current().copy()
    settings.enable_progress_bars = False
    settings.print_on_execution_start = False
    settings.autoscaling_config.actor_pool_util_upscaling_threshold = 0.6  # of a row for each
    return settings
