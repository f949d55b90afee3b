"""A corpus: the videos of a manifest, one config, and what became of each video.

The per-video stages (`pipeline.py`) must have run; an executor does that. What needs the whole
corpus is decided here, once, in manifest order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property

from ..assemble import interleave as interleave_stage
from ..assemble import reduce as reduce_stage
from ..assemble.reduce import Reduced, Summary
from ..config import Config
from ..models.lazy import chat_of, models_of
from ..records import Clip, Decision, Outcome, Sample, Video
from ..store import Store, make_key
from .graph import ALIGN, HEAR, JUDGE, KEYFRAMES, LEGIBLE, STAGES, TRANSCRIBE
from .work import Failed, Work

_DENIED = "on the deny list"


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

    def work(self, video: Video, tell: Callable[[str, float], None] | None = None) -> Work:
        """The video on its way through the stages; `tell` is that of `Work`."""
        return Work(video, self.config, self.store, self.until, tell)

    def without(self, failures: Mapping[str, str]) -> Corpus:
        """The same corpus, in which some videos failed: video_id to reason."""
        videos = (
            replace(v, problem=failures[v.video_id]) if v.video_id in failures else v
            for v in self.videos
        )
        return replace(self, videos=tuple(videos))

    def fingerprint(self) -> str:
        """Changes whenever a row of the corpus could."""
        return make_key([self._outcome_key(video) for video in self.videos])

    def outcome(self, video: Video) -> Outcome:
        """What became of the video."""
        key = self._outcome_key(video)
        known = self.store.load("outcome", key, Outcome)
        if known is None:
            known = self._find_outcome(video)
            if known.status != "failed":
                self.store.save("outcome", key, Outcome, known)
        return replace(known, video=video)

    def samples(self, video: Video) -> list[Sample]:
        """The rows of the video; none unless it is kept."""
        work = self.work(video)
        try:
            if not self._is_kept(work):
                return []
            return self._interleave(work)[0]
        except Failed:
            return []

    def decisions(self, video: Video) -> list[Decision]:
        """What was kept and dropped of the video, in order of time, the video itself first.

        Of a video on the deny list nothing is told but that.
        """
        if self.is_denied(video):
            return [_on_video(video, "reduce", _DENIED)]
        work = self.work(video)
        found: list[Decision] = []
        try:
            for stage in STAGES:
                found += work.decisions(stage)
            work.get(ALIGN)  # a fault of the video is no error of its stages
            found += self._interleave(work)[1] if self._is_kept(work) else []
        except Failed as failure:
            found.append(_on_video(video, "read the file", str(failure)))
        # Two videos with the same content share what the store has.
        found = [replace(d, video_id=video.video_id) for d in found]
        found += self.reduced.decisions.get(video.video_id, ())
        levels = ("video", "clip", "sentence", "keyframe", "line")
        return sorted(found, key=lambda d: (d.level != "video", d.start, levels.index(d.level)))

    def is_denied(self, video: Video) -> bool:
        """Whether the config wants nothing of the video."""
        return video.video_id in self.config.reduce.deny

    def is_provisional(self, video: Video) -> bool:
        """Whether a back end failed in this run, so that the next run tries again."""
        work = self.work(video)
        try:
            return any(work.stamp(stage) != work.key(stage) for stage in STAGES)
        except Failed:
            return False

    @cached_property
    def reduced(self) -> Reduced:
        """What the whole corpus decided."""
        key = self._reduce_key
        known = self.store.load("reduce", key, Reduced)
        if known is None:
            known = reduce_stage.reduce(self._summaries(), self.config.reduce)
            self.store.save("reduce", key, Reduced, known)
        return known

    def _summaries(self) -> Iterator[Summary]:
        for video in self.videos:
            work = self.work(video)
            try:
                if self._passes(work):
                    aligned = work.get(ALIGN)
                    duration = work.get(TRANSCRIBE).duration
                    yield Summary(video.video_id, duration, aligned.speech, aligned.pictures)
            except Failed:
                continue

    @cached_property
    def _reduce_key(self) -> str:
        videos = [(video.video_id, self._align_stamp(video)) for video in self.videos]
        return make_key(reduce_stage.VERSION, self.config.reduce.model_dump(), videos)

    def _align_stamp(self, video: Video) -> str:
        try:
            return self.work(video).stamp(ALIGN)
        except Failed as failure:
            return str(failure)

    def _outcome_key(self, video: Video) -> str:
        return make_key(
            interleave_stage.VERSION, self.config.interleave.model_dump(), asdict(video),
            self._align_stamp(video), self._reduce_key,
        )  # fmt: skip

    def _is_kept(self, work: Work) -> bool:
        return self._passes(work) and work.video.video_id not in self.reduced.duplicates

    def _passes(self, work: Work) -> bool:
        """Whether the video is kept as far as it alone can tell."""
        return not self.is_denied(work.video) and work.get(JUDGE).judgement.kept

    def _find_outcome(self, video: Video) -> Outcome:
        if self.is_denied(video):
            return Outcome(video, "filtered", _DENIED, 0.0)
        work = self.work(video)
        try:
            judgement = work.get(JUDGE).judgement
            duration = work.get(TRANSCRIBE).duration
            samples = self._interleave(work)[0] if self._is_kept(work) else []
        except Failed as failure:
            return Outcome(video, "failed", str(failure), 0.0)
        if not judgement.kept:
            reason = judgement.reason
        elif duplicate := self.reduced.duplicates.get(video.video_id):
            reason = duplicate
        else:
            reason = "" if samples else "nothing is left: no speech that teaches and no picture"
        texts = [text for sample in samples for text in sample.texts if text]
        return Outcome(
            video=video,
            status="filtered" if reason else "kept",
            reason=reason,
            duration=duration,
            judgement=judgement,
            words=sum(len(text.split()) for text in texts),
            clips=len(texts),
            keyframes=sum(sample.image_num for sample in samples),
            samples=len(samples),
            models=self._models(work),
        )

    def _models(self, work: Work) -> dict[str, str]:
        models = models_of(self.config)
        found = {
            stage.name: ", ".join(filter(None, map(models.identity, stage.models)))
            for stage in STAGES
            if stage.models and stage is not HEAR  # which takes captions where there are some
        }
        for stage, llms in self.config.asked().items():
            told = found.get(stage, "")
            named = (chat_of(llm).identity for llm in llms)
            found[stage] = ", ".join(filter(None, [told, *(n for n in named if n not in told)]))
        return found | {
            "transcribe": work.get(TRANSCRIBE).model,
            "tokens": models.count_tokens.name,
        }

    def _interleave(self, work: Work) -> tuple[list[Sample], list[Decision]]:
        dropped = set(self.reduced.pictures.get(work.video.video_id, ()))
        clips = list(_without(work.get(ALIGN).clips, dropped))
        return interleave_stage.interleave(
            work.video,
            work.get(TRANSCRIBE).language,
            work.get(KEYFRAMES),
            work.get(LEGIBLE),
            clips,
            models_of(self.config).count_tokens,
            self.config.interleave,
        )


def _without(clips: Iterable[Clip], dropped: set[int]) -> Iterator[Clip]:
    for clip in clips:
        left = tuple(k for k in clip.keyframes if k not in dropped)
        if clip.text or left:
            yield replace(clip, keyframes=left)


def _on_video(video: Video, stage: str, reason: str) -> Decision:
    return Decision(video.video_id, "video", stage, 0.0, 0.0, False, reason)
