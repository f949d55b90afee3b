"""The command line. It finds the commands of the builder and the evaluation by entry points, so the
core does not need to know them."""

from __future__ import annotations

import inspect
import io
import os
import sys
from dataclasses import asdict
from importlib.metadata import EntryPoint, distribution
from importlib.metadata import version as installed
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.text import Text

from .collect.command import collect
from .collect.taxonomy_command import taxonomy
from .console import (
    IDS_ARE_NO_OPTIONS,
    NOTHING_DONE,
    add_empty_values,
    context_settings,
    user_errors,
)
from .errors import is_disk_full
from .terminal import AsJson, Quiet, Terminal
from .usage import Command, Group

GROUP = "vid2book.commands"
HELP = {"help_option_names": ["-h", "--help"]}
ORDER = (
    *("config", "taxonomy", "collect"),
    *("plan", "build", "merge", "view", "why"),
    *("push", "diff", "find", "remove", "export"),
    *("measure", "train", "bench", "ablate"),
    "store",
)


class _EntryPointCommand(Command):
    """A command from an entry point. Its options are read only when it is called, since that takes
    longer than importing it, and the list of commands does not show them."""

    def __init__(self, entry: EntryPoint) -> None:
        self._function = entry.load()
        super().__init__(entry.name, help=inspect.getdoc(self._function))

    def make_context(
        self, info_name: str | None, args: list[str], *rest: Any, **kwargs: Any
    ) -> Any:
        single = typer.Typer(add_completion=False)
        settings = HELP | context_settings(self._function)
        single.command(self.name, cls=Command, context_settings=settings)(self._function)
        args = add_empty_values(self._function, args)
        return typer.main.get_command(single).make_context(info_name, args, *rest, **kwargs)


class _Commands(Group):
    """The commands of this module, and those of the package's entry points."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        # Searching all installed packages for entry points would take ten times as long.
        for entry in distribution("vid2book").entry_points.select(group=GROUP):
            self.add_command(_EntryPointCommand(entry))

    def list_commands(self, ctx: Any) -> list[str]:
        """In the order of the work."""
        places = {name: place for place, name in enumerate(ORDER)}
        return sorted(self.commands, key=lambda name: (places.get(name, len(ORDER)), name))


app = typer.Typer(
    cls=_Commands,
    help="Turn lecture videos into a multimodal textbook for training vision-language models.",
    epilog="Exit codes: 0, all well; 1, done, but some of it failed; 2, nothing was done; "
    "130, you stopped it.",
    no_args_is_help=True,
    context_settings=HELP,
    pretty_exceptions_show_locals=False,
)
app.command(cls=Command)(collect)
app.add_typer(taxonomy, name="taxonomy")
_Corpus = Annotated[Path, typer.Argument(metavar="CORPUS", help="Folder of a built corpus.")]


def _print_version(is_given: bool) -> None:
    if is_given:
        print(f"vid2book {installed('vid2book')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    pass


@app.command(name="config", cls=Command, context_settings=HELP)
@user_errors()
def print_config(
    key: Annotated[
        str,
        typer.Argument(
            metavar="KEY",
            help="A section or a key, such as judge or judge.min_words. Default: all.",
        ),
    ] = "",
    config: Annotated[
        str, typer.Option(help="The config to print: offline, standard, paper, or a YAML file.")
    ] = "offline",
    as_json: AsJson = False,
) -> None:
    """Print a config as YAML, with the unit, the limits and a description of each key."""
    from .config import ConfigError, load, names
    from .config.commented import as_yaml
    from .config.reference import keys, language_model_keys

    if key in names() or key.endswith((".yaml", ".yml")):
        raise ConfigError(f"a config is named with --config: vid2book config --config {key}")
    terminal, loaded = Terminal(as_json), load(config)
    # Not wrapped, however narrow the terminal, because people copy it into a file.
    terminal.results.print(Text(as_yaml(loaded, key)), soft_wrap=True, end="")
    selected = [k for k in keys(loaded) if not key or f"{k.name}.".startswith(f"{key}.")]
    terminal.document(
        {"config": config, "keys": selected, "language_model_keys": language_model_keys()}
    )


@app.command(cls=Command, context_settings=HELP)
@user_errors(stopped="Stopped. The earlier book is unchanged; the same command starts anew.")
def view(
    corpus: _Corpus,
    browser: Annotated[
        bool, typer.Option(help="Open the book in a browser when it is ready.")
    ] = True,
    marked: Annotated[
        bool, typer.Option("--marked", help="Include what `decide: mark` marked as to be dropped.")
    ] = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Write a book to look at, with a page for each video, to CORPUS/preview."""
    import webbrowser

    from .bar import Bar
    from .viewer import write_book

    terminal = Terminal(as_json, quiet)
    with Bar(terminal.notes, "pages") as bar:
        index = write_book(corpus, progress=bar.show, marked=marked)
    terminal.results.print(f"The book is {escape(str(index))}")
    terminal.document({"book": index})
    if browser and terminal.results.is_terminal and not as_json:
        webbrowser.open(index.resolve().as_uri())


@app.command(name="why", cls=Command, context_settings=HELP | IDS_ARE_NO_OPTIONS)
@user_errors()
def print_why(
    corpus: _Corpus,
    video: Annotated[str, typer.Argument(metavar="VIDEO", help="Id of the video.")],
    at: Annotated[
        str | None,
        typer.Argument(
            metavar="TIME",
            help="A time such as 12:34 or 1:02:03, or seconds. Without it, the whole video.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Explain what was kept or dropped of a video or at one time of it, and why."""
    from .viewer import summary
    from .viewer.why import parse_time, why

    terminal = Terminal(as_json)
    answer = summary.removed(corpus, video) or (
        summary.summary(corpus, video) if at is None else why(corpus, video, parse_time(at))
    )
    terminal.results.print(answer)
    terminal.document(asdict(answer))


def main() -> None:
    """Entry point of the command `vid2book`."""
    _repair_streams()
    try:
        app(standalone_mode=True)
    except Exception as error:
        if isinstance(error, OSError) and is_disk_full(error):
            print(f"Error: {error.strerror}; free some, then try again", file=sys.stderr)
            sys.exit(NOTHING_DONE)
        # Python itself would exit with 1, which means that the corpus was written.
        sys.excepthook(type(error), error, error.__traceback__)
        sys.exit(NOTHING_DONE)


def _repair_streams() -> None:
    """Replace closed standard streams, and prevent errors where their encoding cannot represent a
    title."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
