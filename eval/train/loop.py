"""The training loop.

Why not `transformers.Trainer`: here a step averages its loss over the tokens of all processes and
sequences, it learns from the same samples whatever the number of processes, and a killed run can be
resumed with any number of them. Each takes a few lines on top of accelerate, but would override a
private method of `Trainer`.
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
from .devices import accelerator_for, attend, explain_out_of_memory
from .folder import TrainResult, begin, finished_result, write_result
from .held_out import HeldOut
from .loader import LoadedRow, Reading, step_groups
from .log import Log, Tracked, losses, mean_of_last
from .loss import token_losses
from .model import (
    choose_weights,
    complete_gradients,
    layer_classes,
    optimizer_for,
    save,
    weight_dtype,
)
from .order import count, fault
from .pack import Piece, blank, collate, even_out, fill
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
        corpus: an open corpus, or anything that `open_corpus` opens.
        model: a name on the Hub or a folder.
        out: folder for the model, its card, the log and the checkpoints.
        samples: take only this many, drawn with the recipe's seed.
        held_out: its loss is measured before the run, every so often, and at the end.
        resume: continue where a run in `out` stopped; a finished run is returned as it is.
        tell: called after every step with its line of the log and the share of the run done.
        warn: called before the run if it looks doubtful; by default, a Python warning is issued.
        tracked: how trackers name the run; by default after its folder.

    Raises:
        TrainError, CorpusError, VlmError, ConfigError: what is wrong and what to do.
    """
    recipe, out = load_config(config), Path(out)
    dataset = corpus if isinstance(corpus, InterleavedCorpus) else open_corpus(corpus)
    request = {
        "config": recipe.model_dump(),
        "corpus": f"{dataset.name} with what is marked" if dataset.marked else dataset.name,
        "model": str(model),
        "samples": samples,
    }
    if result := finished_result(out, request, resume):
        return result
    for source in [dataset, held_out] if held_out else [dataset]:
        if problem := fault(source, recipe.data.text):
            raise TrainError(f"{source.name}: {problem}")
    if held_out and dataset.shares_rows(held_out):
        raise TrainError(
            f"the held-out samples would also be trained on: {dataset.name} and {held_out.name} "
            "are read from the same files (a corpus without splits is read whole). Hold out other "
            "files"
        )
    rows = count(dataset, samples)
    steps = steps_of(recipe, rows)
    if warning := few_steps(recipe, rows):
        (warn or warnings.warn)(warning)
    tracked = tracked or Tracked("vid2book", out.name, out)
    accelerator = accelerator_for(recipe, out, tracked)
    with explain_out_of_memory(recipe):
        vlm = load(model, dtype=weight_dtype(recipe))
        attend(vlm, recipe)
        run = _Run(accelerator, recipe, dataset, samples, vlm, out, held_out)
        accelerator.wait_for_everyone()  # until all have looked into the folder
        if accelerator.is_main_process:
            begin(out, request)
        run.all_steps(steps, tell or (lambda line, done: None), tracked)
        return run.finish(request)


class _Run:
    """A training run, in one of its processes."""

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
        """Run steps until the corpus, `steps` or the budget of tokens is used up."""
        if state := checkpoint.read(self.accelerator, self.checkpoints):
            self.progress = state
        self.log = Log(self.accelerator, self.out, self.recipe, self.progress.step, tracked)
        if not self.progress.step:
            self._measure_held_out()
        groups = self._groups()
        started = time.monotonic()
        budget = self.recipe.tokens or math.inf
        while (
            self.progress.step < steps
            and self.progress.tokens < budget
            and (group := next(groups, None)) is not None
        ):
            sequences = fill((p for row in group for p in row.pieces), self.recipe.data.max_tokens)
            passes, tokens = self._count(group, len(sequences))
            if not tokens:  # none of its rows can be used
                continue
            done, total = self._place(steps)
            rate = learning_rate(self.recipe, done, total)
            line = self._step(sequences, passes, tokens, rate)
            line |= self.progress.counts() | {"seconds": round(time.monotonic() - started, 3)}
            started = time.monotonic()
            self.log.add(line)
            if self.accelerator.is_main_process:
                tell(line, done / total)
            if self.progress.step % self.recipe.held_out_every == 0:
                self._measure_held_out()
            if self.progress.step % self.recipe.checkpoint_every == 0:
                checkpoint.write(
                    self.accelerator, self.checkpoints, self.progress, self.recipe.keep_checkpoints
                )
        groups.close()
        if self.progress.step % self.recipe.held_out_every:
            self._measure_held_out()

    def _place(self, steps: int) -> tuple[int, int]:
        """How far the run is, and the total: in tokens if they are the budget, else in steps."""
        budget = self.recipe.tokens
        if budget is None or self.recipe.steps is not None:
            return self.progress.step, steps
        return min(self.progress.tokens, budget), budget

    def finish(self, request: dict[str, Any]) -> TrainResult:
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
            (self.out / "README.md").write_text(
                card(request, self.corpus, asdict(result), self.vlm)
            )
            write_result(result)
        self.accelerator.wait_for_everyone()
        return result

    def _groups(self) -> Generator[list[LoadedRow], None, None]:
        """This process's rows of each step, pass after pass, from the current place on."""
        progress, batch_size = self.progress, self.recipe.batch_size
        endless = self.recipe.steps is not None or self.recipe.tokens is not None
        while endless or progress.epoch < self.recipe.epochs:
            before = progress.tokens if progress.place == 0 else -1
            rows = self.reading.rows(progress.epoch, progress.place)
            for progress.place, group in step_groups(self.accelerator, rows, batch_size):
                yield group
            if progress.tokens == before:  # another pass would not teach anything either
                return
            progress.epoch, progress.place = progress.epoch + 1, 0

    def _count(self, group: list[LoadedRow], sequences: int) -> tuple[int, int]:
        """Add what all processes are about to do to the progress.

        Returns:
            The largest number of sequences of any process, and the labelled tokens of all.
        """
        import torch

        for row in group:
            self.progress.dropped += row.dropped
        mine = [
            sequences,
            sum(row.rows for row in group),
            sum(bool(row.pieces) for row in group),
            sum(piece.images for row in group for piece in row.pieces),
            sum(piece.learned for row in group for piece in row.pieces),
        ]
        gathered = self.accelerator.gather(torch.tensor([mine], device=self.accelerator.device))
        _, rows, samples, images, tokens = gathered.sum(0).tolist()
        self.progress.rows += rows
        self.progress.samples += samples
        self.progress.images += images
        self.progress.tokens += tokens
        self.progress.step += bool(tokens)
        return int(gathered[:, 0].max()), tokens

    def _measure_held_out(self) -> None:
        if self.held_out:
            self.log.add_held_out(
                self.progress.step, self.held_out.loss(self.accelerator, self.model)
            )

    def _step(
        self, sequences: list[list[Piece]], passes: int, tokens: int, rate: float
    ) -> dict[str, Any]:
        """Update the weights once, by the gradient of the mean loss per token of all processes."""
        import torch

        if self.blank:
            sequences = even_out(sequences, passes, self.blank)
        for settings in self.optimizer.param_groups:
            settings["lr"] = rate
        total = torch.zeros((), device=self.accelerator.device)
        processes = self.accelerator.num_processes  # gradients are averaged over them
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
