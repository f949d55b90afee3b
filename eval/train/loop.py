"""The training loop.

Why not `transformers.Trainer`: a step here counts its loss by tokens over all processes and
sequences, learns from the same samples whatever the number of processes, and a run that was killed
goes on in any number of them. Each is a few lines on accelerate, and would be an override of a
private method there.
"""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Callable, Generator
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..corpora import InterleavedCorpus, open_corpus
from ..vlm import Vlm, load
from . import checkpoint
from .card import card
from .checkpoint import Progress, TrainError
from .config import TrainConfig, load_config
from .devices import accelerator_for, attend, memory_told
from .folder import TrainResult, begin, finished, write_result
from .held_out import HeldOut
from .loader import LoadedRow, Reading, together
from .log import Log, Tracked, losses, mean_of_last
from .loss import token_losses
from .model import (
    choose_weights,
    complete_gradients,
    kept_in,
    layer_classes,
    optimizer_for,
    save,
)
from .order import count, fault
from .pack import Piece, alike, blank, collate, fill
from .schedule import few_steps, learning_rate, steps_of


def train(
    config: str | Path | TrainConfig,
    corpus: str | Path | InterleavedCorpus,
    model: str | Path,
    out: str | Path,
    *,
    samples: int | None = None,
    held_out: InterleavedCorpus | None = None,
    resume: bool = False,
    tell: Callable[[dict[str, Any], float], None] | None = None,
    warn: Callable[[str], None] | None = None,
    tracked: Tracked | None = None,
) -> TrainResult:
    """Train an image-text model on an interleaved corpus.

    Args:
        config: the name of a recipe, a YAML file, or a recipe.
        corpus: what `open_corpus` opens, or an opened one.
        model: a name on the Hub or a folder.
        out: folder for the model, its card, the log and the checkpoints.
        samples: take only so many, drawn with the recipe's seed.
        held_out: whose loss is taken before the run, now and then, and at its end.
        resume: go on where a run in `out` stopped; a finished run is returned as it is.
        tell: called after every step with its line of the log and the share of the run done.
        warn: called before the run with what makes it doubtful; else that is a Python warning.
        tracked: how trackers name the run; by default by its folder.

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
    for asked in [opened, held_out] if held_out else [opened]:
        if problem := fault(asked, recipe.data.text):
            raise TrainError(f"{asked.name}: {problem}")
    if held_out and opened.shares_rows(held_out):
        raise TrainError(
            f"what is held out would also be trained on: {opened.name} and {held_out.name} are "
            "read from the same files (a corpus without splits is read whole). Hold out other files"
        )
    rows = count(opened, samples)
    steps = steps_of(recipe, rows)
    if few := few_steps(recipe, rows):
        (warn or warnings.warn)(few)
    tracked = tracked or Tracked("vid2book", out.name, out)
    accelerator = accelerator_for(recipe, out, tracked)
    with memory_told(recipe):
        vlm = load(model, dtype=kept_in(recipe))
        attend(vlm, recipe)
        run = _Run(accelerator, recipe, opened, samples, vlm, out, held_out)
        accelerator.wait_for_everyone()  # all have looked into the folder
        if accelerator.is_main_process:
            begin(out, told)
        run.all_steps(steps, tell or (lambda line, done: None), tracked)
        return run.finish(told)


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
        held_out: InterleavedCorpus | None,
    ) -> None:
        from accelerate.utils import set_seed

        self.recipe, self.accelerator, self.vlm, self.out = recipe, accelerator, vlm, out
        self.corpus = corpus
        processes = (accelerator.process_index, accelerator.num_processes)
        self.reading = Reading(vlm, corpus, recipe.data, samples, recipe.seed, *processes)
        set_seed(recipe.seed)
        weights = choose_weights(vlm, recipe)
        if plugin := getattr(accelerator.state, "fsdp_plugin", None):
            plugin.transformer_cls_names_to_wrap = layer_classes(weights)
        self.model, self.optimizer = self.accelerator.prepare(
            weights, optimizer_for(weights, recipe)
        )
        self.accelerator.register_save_state_pre_hook(checkpoint.without_frozen)
        self.blank = blank(vlm) if self.accelerator.num_processes > 1 else None
        self.held_out = (
            HeldOut(self.reading, held_out, recipe.held_out_samples, self.blank)
            if held_out
            else None
        )
        self.progress = Progress()

    @property
    def checkpoints(self) -> Path:
        return self.out / "checkpoints"

    def all_steps(
        self, steps: int, tell: Callable[[dict[str, Any], float], None], tracked: Tracked
    ) -> None:
        """Steps to the end of the corpus or of `steps`."""
        if state := checkpoint.read(self.accelerator, self.checkpoints):
            self.progress = state
        self.log = Log(self.accelerator, self.out, self.recipe, self.progress.step, tracked)
        if not self.progress.step:
            self._hold_out()
        groups = self._groups()
        started = time.monotonic()
        budget = self.recipe.tokens or math.inf
        while (
            self.progress.step < steps
            and self.progress.tokens < budget
            and (group := next(groups, None)) is not None
        ):
            sequences = fill(
                (p for made in group for p in made.pieces), self.recipe.data.max_tokens
            )
            passes, tokens = self._count(group, len(sequences))
            if not tokens:  # of all its rows nothing can be used
                continue
            done, of = self._place(steps)
            rate = learning_rate(self.recipe, done, of)
            line = self._step(sequences, passes, tokens, rate)
            line |= self.progress.counts() | {"seconds": round(time.monotonic() - started, 3)}
            started = time.monotonic()
            self.log.add(line)
            if self.accelerator.is_main_process:
                tell(line, done / of)
            if self.progress.step % self.recipe.held_out_every == 0:
                self._hold_out()
            if self.progress.step % self.recipe.checkpoint_every == 0:
                checkpoint.write(
                    self.accelerator, self.checkpoints, self.progress, self.recipe.keep_checkpoints
                )
        groups.close()
        if self.progress.step % self.recipe.held_out_every:
            self._hold_out()

    def _place(self, steps: int) -> tuple[int, int]:
        """How far the run is, and of how much: in tokens where they are its budget, else steps."""
        budget = self.recipe.tokens
        if budget is None or self.recipe.steps is not None:
            return self.progress.step, steps
        return min(self.progress.tokens, budget), budget

    def finish(self, told: dict[str, Any]) -> TrainResult:
        """Write the model, its card and the result."""
        dropped = checkpoint.dropped_by_all(self.progress)
        if not self.progress.tokens:
            raise TrainError(f"{self.corpus.name}: nothing could be learned from: {dict(dropped)}")
        self.log.close()
        save(self.vlm, self.model, self.accelerator, self.recipe, self.out)
        result = TrainResult(
            self.out,
            self.progress.step,
            self.progress.samples,
            self.progress.images,
            self.progress.tokens,
            mean_of_last(losses(self.out)),
            self.held_out.last if self.held_out else None,
            dict(dropped),
        )
        if self.accelerator.is_main_process:
            (self.out / "README.md").write_text(card(told, self.corpus, asdict(result), self.vlm))
            write_result(result)
        self.accelerator.wait_for_everyone()
        return result

    def _groups(self) -> Generator[list[LoadedRow], None, None]:
        """What this process has of each step, pass after pass, from its place on."""
        progress, batch_size = self.progress, self.recipe.batch_size
        endless = self.recipe.steps is not None or self.recipe.tokens is not None
        while endless or progress.epoch < self.recipe.epochs:
            before = progress.tokens if progress.place == 0 else -1
            made = self.reading.made(progress.epoch, progress.place)
            for progress.place, group in together(self.accelerator, made, batch_size):
                yield group
            if progress.tokens == before:  # and no further pass will teach anything
                return
            progress.epoch, progress.place = progress.epoch + 1, 0

    def _count(self, group: list[LoadedRow], sequences: int) -> tuple[int, int]:
        """Add what all processes are about to do to the progress.

        Returns:
            Sequences of the process with most, and tokens with a label of all.
        """
        import torch

        for made in group:
            self.progress.dropped += made.dropped
        mine = [
            sequences,
            sum(made.rows for made in group),
            sum(bool(made.pieces) for made in group),
            sum(piece.images for made in group for piece in made.pieces),
            sum(piece.learned for made in group for piece in made.pieces),
        ]
        gathered = self.accelerator.gather(torch.tensor([mine], device=self.accelerator.device))
        _, rows, samples, images, tokens = gathered.sum(0).tolist()
        self.progress.rows += rows
        self.progress.samples += samples
        self.progress.images += images
        self.progress.tokens += tokens
        self.progress.step += bool(tokens)
        return int(gathered[:, 0].max()), tokens

    def _hold_out(self) -> None:
        if self.held_out:
            self.log.add_held_out(
                self.progress.step, self.held_out.loss(self.accelerator, self.model)
            )

    def _step(
        self, sequences: list[list[Piece]], passes: int, tokens: int, rate: float
    ) -> dict[str, Any]:
        """One update: the gradient of the mean loss over all tokens of all processes."""
        import torch

        if self.blank:
            sequences = alike(sequences, passes, self.blank)
        for settings in self.optimizer.param_groups:
            settings["lr"] = rate
        total = torch.zeros((), device=self.accelerator.device)
        processes = self.accelerator.num_processes  # over which gradients are averaged
        for number, pieces in enumerate(sequences, 1):
            last = number == len(sequences)
            with nullcontext() if last else self.accelerator.no_sync(self.model):
                with self.accelerator.autocast():
                    loss = token_losses(self.model, collate(self.vlm, pieces)).sum()
                self.accelerator.backward(loss * processes / tokens)
            total += loss.detach()
        complete_gradients(self.model)
        norm = self.accelerator.clip_grad_norm_(self.model.parameters(), self.recipe.max_grad_norm)
        self.optimizer.step()
        self.optimizer.zero_grad()
        mean = self.accelerator.reduce(total).item() / tokens
        return {"loss": mean, "learning_rate": rate, "grad_norm": float(norm)}
