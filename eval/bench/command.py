"""`vid2book bench`: few-shot benchmarks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console
from rich.markup import escape

from vid2book.bar import Bar, shows_bars
from vid2book.console import NOTHING_DONE, SOME_FAILED, user_errors
from vid2book.errors import UserError
from vid2book.terminal import AsJson, Quiet, Terminal

if TYPE_CHECKING:
    from .compare import Difference
    from .results import Run

_HUB = re.compile(r"[\w.-]+/[\w.-]+")


@user_errors(stopped="Stopped. The answers so far are kept; run the same command to continue.")
def bench(
    model: Annotated[
        list[str],
        typer.Option(
            help="Model to test: a name on the Hub, or a folder. Repeat the option to compare"
            " models. Write A1,A2,A3 for runs of one recipe with several seeds."
        ),
    ],
    out: Annotated[Path, typer.Option("--output", "-o", help="Folder for logs and results.json.")],
    tasks: Annotated[
        str,
        typer.Option(
            help="all, vlicl, probes, or a list of names: scienceqa, okvqa, textvqa, "
            "textvqa_ocr, mathvista, mathvision, mathverse, slides. Write TASK+PROBE for"
            " a probe: cheat, image_order, no_image, no_ocr."
        ),
    ] = "all",
    shots: Annotated[str, typer.Option(help="Numbers of shots, separated by commas.")] = "0,1,2,4",
    shots_by: Annotated[
        Literal["random", "rices"],
        typer.Option(help="How to choose shots: at random, or by the similarity of their images."),
    ] = "random",
    data: Annotated[
        Path | None,
        typer.Option(
            help="Folder with local copies of the benchmarks, as "
            "DATA/TASK/SPLIT*.parquet with the Hub's columns."
        ),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Ask only the first N questions of each task."),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(
            help="Compare with these results: the --output folder of another run, or B1,B2,B3"
            " for several runs (models or folders) of one recipe."
        ),
    ] = None,
    scoring: Annotated[
        Literal["extracted", "as_published", "judge_as_released"],
        typer.Option(
            metavar="WAY",
            help="extracted: rules find the answer. as_published: the benchmark's own guess "
            "stands in where rules find none. judge_as_released: a language model judges"
            " answers to mathematics.",
        ),
    ] = "extracted",
    llm: Annotated[
        str | None,
        typer.Option(
            help="Language model that extracts or judges answers: its name on the server."
        ),
    ] = None,
    llm_url: Annotated[
        str, typer.Option(help="URL of the server; it must offer OpenAI's API.")
    ] = "http://localhost:8000/v1",
    llm_key_env: Annotated[
        str, typer.Option(help="Environment variable that holds the server's key.")
    ] = "",
    clip_model: Annotated[
        str, typer.Option(help="open_clip model for --shots-by rices.")
    ] = "ViT-L-14",
    clip_weights: Annotated[
        str, typer.Option(help="Weights of the open_clip model: a tag, or a file.")
    ] = "openai",
    seed: Annotated[int, typer.Option(metavar="N", help="Random seed for choosing shots.")] = 0,
    batch_size: Annotated[
        int,
        typer.Option(
            min=1, metavar="N", help="Prompts at a time. It is halved when memory runs out."
        ),
    ] = 16,
    model_url: Annotated[
        str | None,
        typer.Option(help="URL of a server with OpenAI's API that runs the models, such as vLLM."),
    ] = None,
    model_key_env: Annotated[
        str, typer.Option(help="Environment variable that holds the key of --model-url.")
    ] = "",
    concurrency: Annotated[
        int, typer.Option(min=1, max=1024, metavar="N", help="Requests to --model-url at a time.")
    ] = 16,
    device: Annotated[
        str | None, typer.Option(help="cpu, cuda, and so on. Default: a GPU, if there is one.")
    ] = None,
    dtype: Annotated[str, typer.Option(help="auto, float32, bfloat16 or float16.")] = "auto",
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Test models on benchmarks, with few-shot examples that carry their images.

    If it was stopped, run it again with the same --output to continue.
    """
    try:
        from lm_eval import __version__ as _  # noqa: F401
    except ImportError:
        raise UserError("this needs the extra: pip install 'vid2book[eval]'") from None
    from vid2book.config import Llm
    from vid2book.models.lazy import chat_of
    from vid2book.models.open_clip import OpenClip

    from .ranks import ranks
    from .run import Options
    from .run import bench as run_bench
    from .table import pairs

    try:
        counts = [int(count) for count in shots.split(",")]
    except ValueError:
        raise UserError(
            f"--shots {shots}: expected numbers separated by commas, such as 0,1,2,4"
        ) from None
    terminal = Terminal(as_json, quiet, silent=not ranks().is_main)  # only the first process prints
    llm_config = {"model": llm, "base_url": llm_url, "api_key_env": llm_key_env, "max_tokens": 256}
    with user_errors(ValueError, FileNotFoundError):
        options = Options(
            shots_by=shots_by,
            open_clip=OpenClip(clip_model, clip_weights),
            data=data,
            limit=limit,
            scoring=scoring,
            chat=chat_of(Llm(**llm_config)) if llm else None,
            seed=seed,
            batch_size=batch_size,
            model_url=model_url,
            model_key_env=model_key_env,
            concurrency=concurrency,
            device=device,
            dtype=dtype,
        )

        def ask(name: str) -> Run:
            with _Progress(terminal.notes, name) as progress:
                return run_bench(name, tasks.split(","), counts, out, options, progress.show)

        # Report unreadable results before the first question is asked.
        saved = [(name, _saved_runs(name)) for name in _names(against or "")]
        arms = [[ask(name) for name in _names(names)] for names in model]
        references = [kept or [ask(name)] for name, kept in saved]
    others = [[run for runs in references for run in runs]] if len(references) > 1 else []
    if len(references) == 1:
        others = [[run] for run in references[0]]
    runs = [run for arm in arms for run in arm]
    new = [
        run for (_, kept), runs in zip(saved, references, strict=True) if not kept for run in runs
    ]
    if not ranks().is_main:
        return
    _report(out, [*runs, *new], pairs(arms, others), counts, terminal)
    failures = [bool(cell.failure) for run in runs for cell in run.cells]
    if any(failures):
        raise typer.Exit(NOTHING_DONE if all(failures) else SOME_FAILED)


class _Progress:
    """A progress bar for the current cell on a terminal; elsewhere, a line for each cell."""

    def __init__(self, console: Console, model: str) -> None:
        self._bar = Bar(console, "questions")
        self._console = console
        self._model = model

    def __enter__(self) -> _Progress:
        self._bar.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.__exit__(None, None, None)

    def show(self, what: str, done: int, total: int) -> None:
        what = f"{self._model}: {what}"
        self._bar.show(done, total, now=what)
        if done == total and not shows_bars(self._console):
            self._console.print(escape(f"{what}: all {total}"))


def _names(text: str) -> list[str]:
    return [name for name in (name.strip() for name in text.split(",")) if name]


def _saved_runs(name: str) -> list[Run]:
    """The runs in a folder of results; empty if `name` is the name of a model.

    Raises:
        FileNotFoundError: it is neither a folder of results nor a model.
    """
    from .results import read_runs

    path = Path(name)
    if (path / "config.json").is_file() or (not path.exists() and _HUB.fullmatch(name)):
        return []
    return read_runs(path)


def _report(
    out: Path,
    runs: Sequence[Run],
    compared: Sequence[Difference],
    shots: Sequence[int],
    terminal: Terminal,
) -> None:
    from .table import difference_tables, notes, report, table, write_results

    console = terminal.results
    write_results(out, runs, compared, shots)
    console.print(table(runs, shots))
    for differences in difference_tables(compared, shots):
        console.print(differences)
    for line in notes(runs):
        console.print(escape(line))
    console.print(f"Results: {escape(str(out / 'results.json'))}")
    terminal.document(report(runs, compared, shots))
