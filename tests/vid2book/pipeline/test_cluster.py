"""The Ray executor on three nodes: the corpus is that of one machine, whatever dies."""

from __future__ import annotations

import os
import pickle
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from vid2book.builder import write_corpus
from vid2book.config import Config
from vid2book.manifest import read_manifest
from vid2book.pipeline import local
from vid2book.pipeline.branch import BRANCHES
from vid2book.pipeline.cluster import _Desk, _Hand, _Home, _mark, _recipe, run
from vid2book.pipeline.corpus import Corpus
from vid2book.pipeline.graph import SCREEN, TEXT
from vid2book.pipeline.local import Event
from vid2book.pipeline.machines import Cluster, ClusterError, actors_on_this_machine
from vid2book.pipeline.machines import room as room_for
from vid2book.records import Video
from vid2book.store import Store
from vid2book.store.shelf import SHELVES

from ...support.library import Library, corpus_bytes

EXAMPLES = Path(__file__).parents[3] / "examples/lectures"

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/fd").exists(), reason="which node a process belongs to is asked of /proc"
)


@pytest.fixture(scope="module")
def nodes() -> Iterator[Any]:
    """Three nodes: the driver's, and two with two cores each, one of which says it has a GPU."""
    import ray
    from ray.cluster_utils import Cluster as Nodes

    os.environ.setdefault("RAY_worker_niceness", "0")  # else they wait for all other processes
    soon = {
        "health_check_initial_delay_ms": 0,
        "health_check_period_ms": 500,
        "health_check_failure_threshold": 3,
    }
    nodes = Nodes(
        initialize_head=True,
        head_node_args={"num_cpus": 0, "_system_config": soon, "include_dashboard": False},
    )
    nodes.add_node(num_cpus=2, num_gpus=1)
    nodes.add_node(num_cpus=2)
    ray.init(nodes.address, log_to_driver=False)
    yield nodes
    ray.shutdown()
    nodes.shutdown()


def fill(corpus: Corpus, **settings: Any) -> dict[str, Event]:
    events = list(run(corpus, Cluster(**settings)))
    assert len(events) == len(corpus.videos)
    return {event.video.video_id: event for event in events}


@contextmanager
def end_of_a_node(nodes: Any, corpus: Corpus) -> Iterator[list[Any]]:
    """Kills a node that is not the driver's, as soon as it has one of the videos in hand."""
    paths = [Path(video.path).resolve() for video in corpus.videos]
    ended: list[Any] = []
    over = threading.Event()

    def watch() -> None:
        while not over.is_set() and not ended:
            for node in nodes.worker_nodes:
                if any(holds(pid, paths) for pid in below(raylet(node))):
                    nodes.remove_node(node, allow_graceful=False)
                    ended.append(node)
                    break
            time.sleep(0.01)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield ended
    finally:
        over.set()
        thread.join()


def raylet(node: Any) -> int:
    return node.all_processes["raylet"][0].process.pid


def below(pid: int) -> list[int]:
    """A process and all that it and its own started."""
    found = [pid]
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += below(int(child))
    return found


def holds(pid: int, paths: list[Path]) -> bool:
    with suppress(OSError):
        opened = {os.readlink(fd) for fd in Path(f"/proc/{pid}/fd").iterdir()}
        return not opened.isdisjoint(map(str, paths))
    return False


def test_a_node_that_dies_in_mid_run_changes_nothing(
    library: Library, store: Store, nodes: Any, tmp_path: Path
) -> None:
    corpus = replace(library.corpus(), store=store)
    corpus.work(corpus.videos[0]).shelf.remove(stage.name for stage in (*SCREEN, *TEXT))
    with end_of_a_node(nodes, corpus) as ended:
        events = fill(corpus, actors=1)
    nodes.add_node(num_cpus=2, num_gpus=1)
    assert ended
    assert not any(event.failure for event in events.values())
    write_corpus(corpus, tmp_path / "out")
    assert corpus_bytes(tmp_path / "out") == corpus_bytes(library.out)


@pytest.mark.slow
def test_one_node_after_the_other_dies(nodes: Any, tmp_path: Path) -> None:
    """The whole of the example lectures, against the local executor."""
    lectures = tuple(read_manifest(EXAMPLES))
    corpora = {
        name: Corpus(lectures, Config(), Store(tmp_path / name)) for name in ("ray", "local")
    }
    found: list[Event] = []
    events = run(corpora["ray"], Cluster())
    for _ in range(3):
        with end_of_a_node(nodes, corpora["ray"]) as ended:
            found.append(next(events))
        if ended:
            nodes.add_node(num_cpus=2, num_gpus=1)
    found += events
    assert sorted(event.video.video_id for event in found) == [v.video_id for v in lectures]
    assert not any(event.failure for event in [*found, *local.run(corpora["local"], 2)])
    for name, corpus in corpora.items():
        write_corpus(corpus, tmp_path / f"{name}-corpus")
    assert corpus_bytes(tmp_path / "ray-corpus") == corpus_bytes(tmp_path / "local-corpus")


def test_each_pool_has_its_own_actors(library: Library, nodes: Any) -> None:
    """One GPU that does not exist is shared by actors of two kinds; all is in the store."""
    shares = {"speech": 0.5, "screen": 0.25}
    assert [pool.branches for pool in Cluster(gpus=shares).pools] == [(b,) for b in BRANCHES]
    events = fill(library.corpus(), gpus=shares)
    assert {(e.seconds, e.duration, e.failure) for e in events.values()} == {(0, 0, "")}


def test_branches_with_the_same_needs_share_their_actors() -> None:
    assert Cluster().pools == [(("speech", "screen", "text"), 0.0)]
    assert Cluster(gpus={"speech": 0.5}).pools == [(("speech",), 0.5), (("screen", "text"), 0.0)]


def test_actors_take_the_room_that_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def room(cpus: float, gpus: float, **shares: float) -> list[int]:
        has = {"Alive": True, "Resources": {"CPU": cpus, "GPU": gpus}}
        lost = {"Alive": False, "Resources": {"CPU": 16.0, "GPU": 8.0}}
        monkeypatch.setattr("ray.nodes", lambda: [has, lost])
        return room_for(Cluster(gpus=shares).pools)

    assert room(1000, 0) == [1000]
    assert room(64, 8, speech=0.5) == [16, 48]
    assert room(64, 2, speech=0.5, screen=0.25) == [2, 2, 60]
    assert room(4, 4, speech=0.25, text=0.25) == [1, 2, 1]


def test_the_actors_of_a_machine_are_as_many_as_its_cores(nodes: Any) -> None:
    import ray

    assert ray.get(ray.remote(actors_on_this_machine).remote()) == 2


def test_what_a_cluster_has_not_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = {"Alive": True, "Resources": {"CPU": 2.0, "GPU": 1.0}}
    monkeypatch.setattr("ray.nodes", lambda: [machine, machine])
    with pytest.raises(
        ClusterError, match="has 2 GPUs, and one actor of each kind needs 4 in total"
    ):
        room_for(Cluster(gpus={"speech": 4}).pools)
    with pytest.raises(ClusterError, match="no machine of the cluster has the 2 GPUs that one"):
        room_for(Cluster(gpus={"speech": 2}).pools)


def test_a_bad_video_costs_itself_and_a_bad_store_the_run(
    library: Library, store: Store, nodes: Any, tmp_path: Path
) -> None:
    """With the same reason that the local executor gives."""
    (tmp_path / "bad.mp4").write_text("this is no video")
    fine, bad, none = library.corpus().videos
    bad, none = replace(bad, path=str(tmp_path / "bad.mp4")), replace(none, problem="no path")
    corpus = replace(library.corpus(), videos=(fine, bad, none), store=store)
    events = fill(corpus)
    assert events == {
        e.video.video_id: replace(e, **_times(events[e.video.video_id]))
        for e in local.run(corpus, 1)
    }
    assert "not a readable video" in events[bad.video_id].failure and events[bad.video_id].kept

    shutil.rmtree(Path(store.root) / SHELVES)
    (Path(store.root) / SHELVES).write_text("no folder")
    with pytest.raises(ClusterError, match=f"on the machine .*: the store {store.root} cannot be"):
        fill(replace(corpus, videos=(fine,)))


def _times(event: Event) -> dict[str, Any]:
    return {"seconds": event.seconds, "cpu": event.cpu, "wall": event.wall}


@pytest.fixture
def home(library: Library) -> _Home:
    corpus = replace(library.corpus(), videos=())
    return _Home(corpus, os.getcwd(), _mark(corpus.store), _recipe(corpus), desk=None)


def stop_of(home: _Home, video: Video) -> str:
    row = {"number": 0, "event": pickle.dumps(Event(video)), "stop": ""}
    return str(_Hand(home, ("text",))(row)["stop"])


def test_a_machine_with_another_store_or_other_code_ends_the_run(
    library: Library, home: _Home, nodes: Any, tmp_path: Path
) -> None:
    [video, *_] = library.corpus().videos
    ours = home.corpus.store
    for store in (Store(tmp_path / "empty"), Store(tmp_path / "other")):
        if Path(store.root).name == "other":
            assert _mark(store) != _mark(ours)
        other = home._replace(corpus=replace(home.corpus, store=store))
        assert "this machine sees a different store than" in stop_of(other, video)
    assert "different version of vid2book" in stop_of(home._replace(recipe="another"), video)


def test_no_more_machines_are_given_to_what_takes_them_down(
    library: Library, home: _Home, nodes: Any
) -> None:
    import ray

    [video, *_] = library.corpus().videos
    desk = ray.remote(_Desk).options(num_cpus=0).remote()
    hand = _Hand(home._replace(desk=desk), ("speech", "screen", "text"))
    row = {"number": 7, "event": pickle.dumps(Event(video)), "stop": ""}
    found = [pickle.loads(hand(row)["event"]) for _ in range(5)]
    assert [event.failure for event in found[:4]] == [""] * 4
    assert found[4].failure == "its machine was lost 4 times (out of memory?)"
    assert not found[4].kept
    hand._processes.close(give_up=True)
