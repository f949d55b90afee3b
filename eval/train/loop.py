"""The training loop.

Why not `transformers.Trainer`: a step here counts its loss by tokens over all processes and
accumulated sequences, processes that run out of data go on with blanks so that no row is lost,
and a run that was killed goes on at the row, not at the batch, where it was. Each is a few lines
on accelerate, and would be an override of a private method there.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from ..corpora import InterleavedCorpus, open_corpus
from ..vlm import Vlm, load
from . import checkpoint
from .card import card
from .checkpoint import Place, Progress, TrainError
from .config import TrainConfig, load_config
from .devices import accelerator_for, memory_told
from .folder import TrainResult, begin, finished, write_result
from .log import Log, losses, mean_of_last
from .loss import token_losses
from .model import (
    choose_weights,
    complete_gradients,
    kept_in,
    layer_classes,
    learning_rate,
    optimizer_for,
    save,
)
from .order import ahead, count, fault, share, shuffled
from .pack import Pack, blank, collate, packs


def train(
    config: str | Path | TrainConfig,
    corpus: str | Path | InterleavedCorpus,
    model: str | Path,
    out: str | Path,
    *,
    samples: int | None = None,
    resume: bool = False,
    tell: Callable[[dict[str, Any], float], None] | None = None,
) -> TrainResult:
    """Train an image-text model on an interleaved corpus.

    Args:
        config: the name of a recipe, a YAML file, or a recipe.
        corpus: what `open_corpus` opens, or an opened one.
        model: a name on the Hub or a folder.
        out: folder for the model, its card, the log and the checkpoints.
        samples: take only so many, drawn with the recipe's seed.
        resume: go on where a run in `out` stopped; a finished run is returned as it is.
        tell: called after every step with its line of the log and the share of the run done.

    Raises:
        TrainError, CorpusError, VlmError, ConfigError: what is wrong and what to do.
    """
    recipe, out = load_config(config), Path(out)
    opened = corpus if isinstance(corpus, InterleavedCorpus) else open_corpus(corpus)
    told = {
        "config": recipe.model_dump(),
        "corpus": f"{opened.name} with what is marked" if opened.marked else opened.name,
        "model": str(model),
        "samples": samples,
    }
    if result := finished(out, told, resume):
        return result
    if problem := fault(opened, recipe.data.text):
        raise TrainError(f"{opened.name}: {problem}")
    rows = min((n for n in (samples, count(opened)) if n is not None), default=None)
    if rows is None and recipe.steps is None:
        raise TrainError(
            f"{opened.name} is streamed, so its length is not known and the learning rate has no "
            "schedule: give --samples, or steps in the config"
        )
    accelerator = accelerator_for(recipe)
    with memory_told(recipe):
        vlm = load(model, dtype=kept_in(recipe))
        run = _Run(accelerator, recipe, opened, samples, vlm, out)
        accelerator.wait_for_everyone()  # all have looked into the folder
        if accelerator.is_main_process:
            begin(out, told)
        run.all_steps(rows, tell or (lambda line, done: None))
        return run.finish(told)


@dataclass(frozen=True)
class _Counted:
    """What a step is, over all processes: `passes` of the one with most, tokens of all."""

    passes: int
    tokens: int


class _Run:
    """A model on its way over the corpus, in one of the processes that train it."""

    def __init__(
        self,
        accelerator: Any,
        recipe: TrainConfig,
        corpus: InterleavedCorpus,
        samples: int | None,
        vlm: Vlm,
        out: Path,
    ) -> None:
        from accelerate.utils import set_seed

        self.recipe, self.corpus, self.samples = recipe, corpus, samples
        self.accelerator, self.vlm, self.out = accelerator, vlm, out
        set_seed(recipe.seed)
        weights = choose_weights(vlm, recipe)
        if plugin := getattr(accelerator.state, "fsdp_plugin", None):
            plugin.transformer_cls_names_to_wrap = layer_classes(weights)
        self.model, self.optimizer = self.accelerator.prepare(
            weights, optimizer_for(weights, recipe)
        )
        self.accelerator.register_save_state_pre_hook(checkpoint.without_frozen)
        self.blank = blank(vlm) if self.accelerator.num_processes > 1 else None
        self.progress, self.place = Progress(), Place()

    @property
    def checkpoints(self) -> Path:
        return self.out / "checkpoints"

    def all_steps(self, rows: int | None, tell: Callable[[dict[str, Any], float], None]) -> None:
        """Steps to the end of the corpus or of `steps`; `rows` are those of a pass."""
        if state := checkpoint.read(self.accelerator, self.checkpoints):
            self.progress, self.place = state
        main = self.accelerator.is_main_process
        log = Log(self.out, self.progress.step, self.recipe.tensorboard) if main else None
        stream = ahead(self._packs())
        while self.recipe.steps is None or self.progress.step < self.recipe.steps:
            started = time.monotonic()
            group = list(islice(stream, self.recipe.accumulation))
            counted = self._count(group)
            if not counted.passes:
                break
            if not counted.tokens:  # the last rows of a pass, all of them dropped
                continue
            done = self._done(rows)
            line = self._step(group, counted, learning_rate(self.recipe, done))
            line |= self.progress.as_dict() | {"seconds": round(time.monotonic() - started, 3)}
            if log:
                log.add(line)
                tell(line, done)
            if self.progress.step % self.recipe.checkpoint_every == 0:
                self._checkpoint()

    def finish(self, told: dict[str, Any]) -> TrainResult:
        """Write the model, its card and the result."""
        from accelerate.utils import gather_object

        dropped: Counter[str] = sum(gather_object([self.place.dropped]), Counter())
        dropped += self.corpus.skipped
        if not self.progress.tokens:
            raise TrainError(f"{self.corpus.name}: nothing could be learned from: {dict(dropped)}")
        save(self.vlm, self.model, self.accelerator, self.recipe, self.out)
        result = TrainResult(
            self.out,
            self.progress.step,
            self.progress.samples,
            self.progress.images,
            self.progress.tokens,
            mean_of_last(losses(self.out)),
            dict(dropped),
        )
        if self.accelerator.is_main_process:
            (self.out / "README.md").write_text(card(told, self.corpus, asdict(result), self.vlm))
            write_result(result)
        self.accelerator.wait_for_everyone()
        return result

    def _packs(self) -> Iterator[tuple[int, Pack]]:
        """Packs of this process with their pass, from its place on."""
        process, processes = self.accelerator.process_index, self.accelerator.num_processes
        start = (self.place.row, self.place.piece)
        epoch = self.place.epoch
        while self.recipe.steps is not None or epoch < self.recipe.epochs:
            samples = shuffled(
                self.corpus.samples(self.samples, self.recipe.seed),
                self.recipe.data.window,
                self.recipe.seed,
                epoch,
            )
            mine = share(samples, process, processes, start[0])
            useful = start != (0, 0)
            for pack in packs(self.vlm, mine, self.recipe.data, start):
                useful |= bool(pack.pieces)
                yield epoch, pack
            if not useful:  # and no further pass will be
                return
            epoch, start = epoch + 1, (0, 0)

    def _count(self, group: list[tuple[int, Pack]]) -> _Counted:
        """Add what all processes are about to do to the progress."""
        import torch

        for epoch, pack in group:
            self.place.epoch, (self.place.row, self.place.piece) = epoch, pack.after
            self.place.dropped += pack.dropped
        pieces = [piece for _, pack in group for piece in pack.pieces]
        mine = [
            len(group),
            sum(pack.rows for _, pack in group),
            sum(piece.last for piece in pieces),
            sum(piece.images for piece in pieces),
            sum(piece.learned for piece in pieces),
        ]
        gathered = self.accelerator.gather(torch.tensor([mine], device=self.accelerator.device))
        _, rows, samples, images, tokens = gathered.sum(0).tolist()
        self.progress.rows += rows
        self.progress.samples += samples
        self.progress.images += images
        self.progress.tokens += tokens
        self.progress.step += bool(tokens)
        return _Counted(passes=int(gathered[:, 0].max()), tokens=tokens)

    def _done(self, rows: int | None) -> float:
        """Share of the run that is done after this step."""
        if self.recipe.steps is not None:
            return self.progress.step / self.recipe.steps
        return self.progress.rows / (self.recipe.epochs * (rows or 1))

    def _step(
        self, group: list[tuple[int, Pack]], counted: _Counted, rate: float
    ) -> dict[str, Any]:
        """One update: the gradient of the mean loss over all tokens of all processes."""
        import torch

        batches = [pack.pieces for _, pack in group if pack.pieces]
        if self.blank:  # the same number of passes, each with an image, in every process
            batches += [[]] * (counted.passes - len(batches))
            batches = [b if any(p.images for p in b) else [*b, self.blank] for b in batches]
        for settings in self.optimizer.param_groups:
            settings["lr"] = rate
        total = torch.zeros((), device=self.accelerator.device)
        processes = self.accelerator.num_processes  # over which gradients are averaged
        for number, pieces in enumerate(batches, 1):
            last = number == len(batches)
            with nullcontext() if last else self.accelerator.no_sync(self.model):
                with self.accelerator.autocast():
                    loss = token_losses(self.model, collate(self.vlm, pieces)).sum()
                self.accelerator.backward(loss * processes / counted.tokens)
            total += loss.detach()
        complete_gradients(self.model)
        norm = self.accelerator.clip_grad_norm_(self.model.parameters(), self.recipe.max_grad_norm)
        self.optimizer.step()
        self.optimizer.zero_grad()
        mean = self.accelerator.reduce(total).item() / counted.tokens
        return {"loss": mean, "learning_rate": rate, "grad_norm": float(norm)}

    def _checkpoint(self) -> None:
        checkpoint.write(
            self.accelerator,
            self.checkpoints,
            self.progress,
            self.place,
            self.recipe.keep_checkpoints,
        )
