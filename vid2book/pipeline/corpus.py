"""A corpus: the videos of a manifest, one config, and what became of each video.

The stages of each video (`graph.py`) must have been run by an executor. Whatever needs the whole
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
from ..assemble.named import say_what_is_gone
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
    """The videos of a manifest and their results in the store. It can be sent to other processes.

    Args:
        videos: of the manifest, in order.
        config: for all stages.
        store: where results are kept.
        until: process only this many seconds of each video; None: all of it.
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
        """The video on its way through the stages; `tell` and `info` as in `Work`."""
        return Work(video, self.config, self.store, self.until, tell, info)

    def without(self, failures: Mapping[str, str]) -> Corpus:
        """The same corpus with some videos marked as failed: video_id to reason."""
        videos = (
            replace(v, problem=failures[v.video_id]) if v.video_id in failures else v
            for v in self.videos
        )
        return replace(self, videos=tuple(videos))

    def fingerprint(self) -> str:
        """A hash that changes whenever a row of the corpus could change."""
        keys = [self._key(video) for video in self.videos]
        cuts = (
            [stamp_of(self.work(v), CUT) for v in self.videos] if self.config.clips.enabled else []
        )
        left_out = code_of(GLIMPSES.module, thumbnail.__module__)
        return make_key(keys, self.whole.key, left_out, *([LIBRARIES, cuts] if cuts else []))

    def contribution(self, video: Video) -> Contribution:
        """Everything that the video adds to the corpus; computed once, then kept in the store."""
        verdict = self._verdict(video)
        contribution = self._load("contribution", Contribution, video, verdict)
        if contribution is None:
            contribution = self._contribute(video, verdict)
            if contribution.outcome.status != "failed":
                self._keep(contribution, verdict)
        return replace(contribution, outcome=replace(contribution.outcome, video=video))

    def outcome(self, video: Video) -> Outcome:
        """What became of the video. It is stored separately, because a build reads all outcomes."""
        outcome = self._load("outcome", Outcome, video, self._verdict(video))
        return replace(outcome, video=video) if outcome else self.contribution(video).outcome

    def samples(self, video: Video) -> list[Sample]:
        """The rows of the video. With `decide: mark`, a video that is not kept has rows too."""
        samples = self.contribution(video).samples
        keyframes = self.work(video).get(KEYFRAMES) if samples else []
        return [with_images(sample, keyframes) for sample in samples]

    def transcript(self, video: Video) -> Transcript | None:
        """What is said in the video, before it is refined; None unless the video is kept."""
        kept = self.outcome(video).status == "kept"
        return self.work(video).get(REHEAR) if kept else None

    def clips(self, video: Video) -> list[Footage]:
        """The clips of a kept video that are used in its samples; none unless `clips.enabled`."""
        if not self.config.clips.enabled or self.outcome(video).status != "kept":
            return []
        elements = [e for s in self.contribution(video).samples for e in s.elements]
        used = {span(element) for element in elements if not element.drop}
        return [footage for footage in self.work(video).get(CUT) if span(footage) in used]

    def footage(self, video: Video, clip: Footage) -> bytes:
        """The MP4 file of one of the `clips`."""
        return encoded(self.work(video), clip)

    def decisions(self, video: Video) -> list[Decision]:
        """The decisions on the video, in order of time, those on the video as a whole first.

        A video on the deny list has a single decision that says so.
        """
        if self.is_denied(video):
            return [_on_video(video, "reduce", DENIED)]
        work = self.work(video)
        decisions: list[Decision] = []
        try:
            for stage in STAGES:
                decisions += work.decisions(stage)
            work.get(STAGES[-1])  # raises if the video failed, which `decisions` does not
            decisions += self.contribution(video).decisions
        except Failed as failure:
            decisions.append(_on_video(video, "read the file", str(failure)))
        # Two videos with the same content share their results in the store.
        decisions = [replace(d, video_id=video.video_id) for d in decisions]
        if self.reduced.concerns(video.video_id):
            summary = replace(work.get(SUMMARISE), video_id=video.video_id)
            decisions += self.reduced.decisions(summary, self.config.reduce.min_same_speech)
        levels = ("video", "clip", "sentence", "keyframe", "line")
        in_order = sorted(
            decisions, key=lambda d: (d.level != "video", d.start, levels.index(d.level))
        )
        return say_what_is_gone(in_order)

    def left_out(
        self, video: Video, decisions: Iterable[Decision]
    ) -> dict[tuple[float, float], bytes]:
        """Small pictures (JPEG) of the parts of a kept video's screen that are left out, by
        start and end.

        Args:
            decisions: of the video.
        """
        if self.outcome(video).status != "kept":
            return {}
        work = self.work(video)
        pictures = {(g.start, g.end): g.image for g in work.get(GLIMPSES)}
        dropped = {(d.start, d.end) for d in decisions if d.level == "keyframe" and not d.kept}
        for keyframe in work.get(KEYFRAMES):
            if (stretch := (keyframe.start, keyframe.end)) in dropped:
                pictures[stretch] = thumbnail(keyframe.image, (SIDE, SIDE), QUALITY)
        return pictures

    def is_denied(self, video: Video) -> bool:
        """Whether the config excludes the video (`reduce.deny`)."""
        return video.video_id in self.config.reduce.deny

    def is_provisional(self, video: Video) -> bool:
        """Whether a back end failed on the video in this run; the next run tries again."""
        work = self.work(video)
        try:
            return any(map(work.is_provisional, STAGES))
        except Failed:
            return False

    def reduce(self, workers: int) -> None:
        """Decide what needs the whole corpus. Several processes read the summaries for it."""
        self.whole.reduced(workers)
        self.reduced  # noqa: B018 - caches the decision here; the store has it already

    @cached_property
    def reduced(self) -> Reduced:
        """The decisions that need the whole corpus."""
        return self.whole.reduced()

    @cached_property
    def whole(self) -> Whole:
        """The videos as `reduce` sees them."""
        videos = [video for video in self.videos if not self.is_denied(video)]
        return Whole(videos, self.config.reduce, self.store, self.work)

    def _key(self, video: Video, verdict: _Verdict | None = None) -> str:
        """A key of everything that the video's contribution depends on.

        Args:
            verdict: what the other videos mean for this one; None leaves them out.
        """
        tokens = type(models_of(self.config).count_tokens).__module__
        return make_key(
            code_of(interleaving.__name__, contributing.__name__, tokens), code_within(__name__),
            self.config.interleave.model_dump(), self.config.decide, self._models, asdict(video),
            stamp_of(self.work(video)), verdict,
        )  # fmt: skip

    def _load(self, what: str, kind: Any, video: Video, verdict: _Verdict) -> Any | None:
        """A video's contribution or outcome from the store; None if it is not there."""
        try:
            return self.work(video).shelf.load(what, self._key(video, verdict), kind)
        except Failed:
            return None

    def _keep(self, contribution: Contribution, verdict: _Verdict) -> None:
        video = contribution.outcome.video
        # The key is computed again: a back end that failed meanwhile has changed it.
        key = self._key(video, verdict)
        kept = replace(contribution, outcome=replace(contribution.outcome, video=_unnamed(video)))
        with suppress(Failed):  # a denied video may not even be a readable file
            self.work(video).shelf.save_together(
                [
                    Result("contribution", key, Contribution, kept),
                    Result("outcome", key, Outcome, kept.outcome),
                ]
            )

    def _verdict(self, video: Video) -> _Verdict:
        """What the corpus as a whole means for the video."""
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
        """Stage to model and version, without speech, which may come from captions instead."""
        models = models_of(self.config)
        versions = {
            stage.name: ", ".join(dict.fromkeys(filter(None, map(models.identity, stage.models))))
            for stage in STAGES
            if stage.models and stage is not RECOGNISE
        }
        for stage, llms in self.config.language_models().items():
            listed = versions.get(stage, "")
            chats = (models.chat(llm).identity for llm in llms)
            more = (chat for chat in chats if chat not in listed)
            versions[stage] = ", ".join(filter(None, [listed, *more]))
        return versions | {"tokens": models.count_tokens.name}


def _unnamed(video: Video) -> Video:
    """The video without its row, which the store does not keep: every caller has it."""
    return Video(video.video_id, path="")


class _Verdict(NamedTuple):
    """What the corpus as a whole means for a video."""

    denied: bool
    duplicate: str  # why it duplicates an earlier video; empty if it does not
    pictures: dict[int, str]  # positions of keyframes that an earlier video shows, to reasons


def _reduced(pictures: Sequence[Mark], earlier: Mapping[int, str]) -> Iterator[Mark]:
    """The marks of the keyframes, where those that an earlier video shows are to be dropped too."""
    for position, mark in enumerate(pictures):
        reason = earlier.get(position)
        yield replace(mark, drop=mark.drop or f"reduce: {reason}") if reason else mark


def _on_video(video: Video, stage: str, reason: str) -> Decision:
    return Decision(video.video_id, "video", stage, 0.0, 0.0, False, reason)
