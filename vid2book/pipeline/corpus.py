"""A corpus: the videos of a manifest, one config, and what became of each video.

The stages of each video (`graph.py`) must have run; an executor does that. What needs the whole
corpus is decided here, once, in manifest order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

from ..assemble import contribution as contributing
from ..assemble import interleave as interleaving
from ..assemble.align import ALIGN
from ..assemble.contribution import Contribution, with_images
from ..assemble.cut import CUT, encoded
from ..assemble.marks import span
from ..assemble.reduced import Reduced
from ..assemble.summarise import SUMMARISE
from ..config import Config
from ..languages import UNKNOWN
from ..media.footage import LIBRARIES
from ..media.survey import MediaInfo
from ..models.lazy import models_of
from ..records import Decision, Footage, Mark, Outcome, Sample, Transcript, Video
from ..screen.glimpses import GLIMPSES, QUALITY, SIDE
from ..screen.keyframes import KEYFRAMES
from ..screen.legible import LEGIBLE
from ..speech.recognise import RECOGNISE
from ..speech.rehear import REHEAR
from ..store import Result, Store, make_key
from ..teaching.judge import JUDGE
from ..thumbnails import thumbnail
from .code import code_of, code_within
from .graph import STAGES
from .whole import Whole, stamp_of
from .work import Failed, Work

DENIED = "denied by reduce.deny in the config"


@dataclass(frozen=True)
class Corpus:
    """Travels to other processes; the results are in the store.

    Args:
        videos: of the manifest, in order.
        config: of all stages.
        store: where results are kept.
        until: of each video, the first so many seconds only; None: all.
    """

    videos: tuple[Video, ...]
    config: Config
    store: Store
    until: float | None = None

    def work(
        self,
        video: Video,
        tell: Callable[[str, float], None] | None = None,
        info: MediaInfo | None = None,
    ) -> Work:
        """The video on its way through the stages; `tell` and `info` are those of `Work`."""
        return Work(video, self.config, self.store, self.until, tell, info)

    def without(self, failures: Mapping[str, str]) -> Corpus:
        """The same corpus, in which some videos failed: video_id to reason."""
        videos = (
            replace(v, problem=failures[v.video_id]) if v.video_id in failures else v
            for v in self.videos
        )
        return replace(self, videos=tuple(videos))

    def fingerprint(self) -> str:
        """Changes whenever a row of the corpus could."""
        keys = [self._key(video) for video in self.videos]
        cuts = (
            [stamp_of(self.work(v), CUT) for v in self.videos] if self.config.clips.enabled else []
        )
        left_out = code_of(GLIMPSES.module, thumbnail.__module__)
        return make_key(keys, self.whole.key, left_out, *([LIBRARIES, cuts] if cuts else []))

    def contribution(self, video: Video) -> Contribution:
        """What the video gives to the corpus; put together once, and kept."""
        verdict = self._verdict(video)
        known = self._load("contribution", Contribution, video, verdict)
        if known is None:
            known = self._contribute(video, verdict)
            if known.outcome.status != "failed":
                self._keep(known, verdict)
        return replace(known, outcome=replace(known.outcome, video=video))

    def outcome(self, video: Video) -> Outcome:
        """What became of the video; kept on its own, since a build asks for all of them."""
        known = self._load("outcome", Outcome, video, self._verdict(video))
        return replace(known, video=video) if known else self.contribution(video).outcome

    def samples(self, video: Video) -> list[Sample]:
        """The rows of the video. One that is not kept has some only where it is marked."""
        samples = self.contribution(video).samples
        keyframes = self.work(video).get(KEYFRAMES) if samples else []
        return [with_images(sample, keyframes) for sample in samples]

    def transcript(self, video: Video) -> Transcript | None:
        """What is said in the video, as it was heard; None unless it is kept."""
        kept = self.outcome(video).status == "kept"
        return self.work(video).get(REHEAR) if kept else None

    def clips(self, video: Video) -> list[Footage]:
        """The clips of a kept video of which something stays; none unless the config asks."""
        if not self.config.clips.enabled or self.outcome(video).status != "kept":
            return []
        elements = [e for s in self.contribution(video).samples for e in s.elements]
        stay = {span(element) for element in elements if not element.drop}
        return [footage for footage in self.work(video).get(CUT) if span(footage) in stay]

    def footage(self, video: Video, clip: Footage) -> bytes:
        """The MP4 file of one of the `clips`."""
        return encoded(self.work(video), clip)

    def decisions(self, video: Video) -> list[Decision]:
        """What was kept and dropped of the video, in order of time, the video itself first.

        Of a video on the deny list nothing is told but that.
        """
        if self.is_denied(video):
            return [_on_video(video, "reduce", DENIED)]
        work = self.work(video)
        found: list[Decision] = []
        try:
            for stage in STAGES:
                found += work.decisions(stage)
            work.get(STAGES[-1])  # a fault of the video is no error of its stages
            found += self.contribution(video).decisions
        except Failed as failure:
            found.append(_on_video(video, "read the file", str(failure)))
        # Two videos with the same content share what the store has.
        found = [replace(d, video_id=video.video_id) for d in found]
        if self.reduced.concerns(video.video_id):
            summary = replace(work.get(SUMMARISE), video_id=video.video_id)
            found += self.reduced.decisions(summary, self.config.reduce.min_same_speech)
        levels = ("video", "clip", "sentence", "keyframe", "line")
        return sorted(found, key=lambda d: (d.level != "video", d.start, levels.index(d.level)))

    def left_out(
        self, video: Video, decisions: Iterable[Decision]
    ) -> dict[tuple[float, float], bytes]:
        """Small pictures (JPEG) of what of a kept video's screen is left out, by start and end.

        Args:
            decisions: of the video.
        """
        if self.outcome(video).status != "kept":
            return {}
        work = self.work(video)
        found = {(g.start, g.end): g.image for g in work.get(GLIMPSES)}
        against = {(d.start, d.end) for d in decisions if d.level == "keyframe" and not d.kept}
        for keyframe in work.get(KEYFRAMES):
            if (stretch := (keyframe.start, keyframe.end)) in against:
                found[stretch] = thumbnail(keyframe.image, (SIDE, SIDE), QUALITY)
        return found

    def is_denied(self, video: Video) -> bool:
        """Whether the config wants nothing of the video."""
        return video.video_id in self.config.reduce.deny

    def is_provisional(self, video: Video) -> bool:
        """Whether a back end failed in this run, so that the next run tries again."""
        work = self.work(video)
        try:
            return any(map(work.is_provisional, STAGES))
        except Failed:
            return False

    def reduce(self, workers: int) -> None:
        """Have decided what the whole corpus decides; what it is decided on is read by several
        processes."""
        self.whole.reduced(workers)
        self.reduced  # noqa: B018 - the store has it, and the corpus from now on

    @cached_property
    def reduced(self) -> Reduced:
        """What the whole corpus decided."""
        return self.whole.reduced()

    @cached_property
    def whole(self) -> Whole:
        """The videos as `reduce` sees them."""
        videos = [video for video in self.videos if not self.is_denied(video)]
        return Whole(videos, self.config.reduce, self.store, self.work)

    def _key(self, video: Video, verdict: _Verdict | None = None) -> str:
        """Names all that the video's contribution depends on.

        Args:
            verdict: what the other videos make of it; None leaves them out.
        """
        tokens = type(models_of(self.config).count_tokens).__module__
        return make_key(
            code_of(interleaving.__name__, contributing.__name__, tokens), code_within(__name__),
            self.config.interleave.model_dump(), self.config.decide, self._models, asdict(video),
            stamp_of(self.work(video)), verdict,
        )  # fmt: skip

    def _load(self, what: str, kind: Any, video: Video, verdict: _Verdict) -> Any | None:
        """What the store has of a video's contribution."""
        try:
            return self.work(video).shelf.load(what, self._key(video, verdict), kind)
        except Failed:
            return None

    def _keep(self, contribution: Contribution, verdict: _Verdict) -> None:
        video = contribution.outcome.video
        # The key is taken anew: a back end that failed meanwhile has changed it.
        key = self._key(video, verdict)
        kept = replace(contribution, outcome=replace(contribution.outcome, video=_unnamed(video)))
        with suppress(Failed):  # a video that is denied may be none at all
            self.work(video).shelf.save_together(
                [
                    Result("contribution", key, Contribution, kept),
                    Result("outcome", key, Outcome, kept.outcome),
                ]
            )

    def _verdict(self, video: Video) -> _Verdict:
        """What the corpus as a whole says of the video."""
        return _Verdict(self.is_denied(video), *self.reduced.verdict(video.video_id))

    def _contribute(self, video: Video, verdict: _Verdict) -> Contribution:
        if verdict.denied:
            return Contribution(Outcome(video, "filtered", DENIED, 0.0))
        work = self.work(video)
        samples: list[Sample] = []
        decisions: list[Decision] = []
        try:
            judgement, transcript = work.get(JUDGE).judgement, work.get(REHEAR)
            keyframes, aligned = work.get(KEYFRAMES), work.get(ALIGN)
            hidden = sum(d.stage == "privacy" and not d.kept for d in work.decisions(KEYFRAMES))
            against = contributing.against(judgement, verdict.duplicate)
            if not against or self.config.decide == "mark":
                samples, decisions = interleaving.interleave(
                    video,
                    judgement.language or UNKNOWN,
                    keyframes,
                    work.get(LEGIBLE),
                    aligned.clips,
                    list(_reduced(aligned.pictures, verdict.pictures)),
                    models_of(self.config).count_tokens,
                    self.config.interleave,
                    self.config.decide,
                )
        except Failed as failure:
            return Contribution(Outcome(video, "failed", str(failure), 0.0))
        return contributing.contribute(
            video, transcript, judgement, against, len(keyframes) + hidden, samples, decisions,
            self._models,
        )  # fmt: skip

    @cached_property
    def _models(self) -> dict[str, str]:
        """Stage to model and version, but that of speech: there may be captions instead."""
        models = models_of(self.config)
        found = {
            stage.name: ", ".join(dict.fromkeys(filter(None, map(models.identity, stage.models))))
            for stage in STAGES
            if stage.models and stage is not RECOGNISE
        }
        for stage, llms in self.config.language_models().items():
            told = found.get(stage, "")
            named = (models.chat(llm).identity for llm in llms)
            found[stage] = ", ".join(filter(None, [told, *(n for n in named if n not in told)]))
        return found | {"tokens": models.count_tokens.name}


def _unnamed(video: Video) -> Video:
    """What the store keeps of a video: its row is at hand whenever it is asked for."""
    return Video(video.video_id, path="")


class _Verdict(NamedTuple):
    """What the corpus as a whole says of a video."""

    denied: bool
    duplicate: str  # why an earlier video stands for this one; empty if none does
    pictures: dict[int, str]  # positions of keyframes that an earlier video shows, to reasons


def _reduced(pictures: Sequence[Mark], earlier: Mapping[int, str]) -> Iterator[Mark]:
    """Marks of the keyframes, with what an earlier video shows marked too."""
    for position, mark in enumerate(pictures):
        reason = earlier.get(position)
        yield replace(mark, drop=mark.drop or f"reduce: {reason}") if reason else mark


def _on_video(video: Video, stage: str, reason: str) -> Decision:
    return Decision(video.video_id, "video", stage, 0.0, 0.0, False, reason)
