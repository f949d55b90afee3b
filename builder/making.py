"""How a corpus was made, in sentences that follow from its config and its videos."""

from __future__ import annotations

from collections.abc import Collection

from vid2book.config import Config

_CAPTIONS = "captions"  # instead of a speech model's name, or beside it


def steps(config: Config, heard: Collection[str]) -> str:
    """What was done, one clause after another.

    Args:
        config: of the pipeline.
        heard: the speech models of the videos that could be read, with `captions` among them if
            captions were used.
    """
    away = "marked" if config.decide == "mark" else "dropped"
    clauses = [_speech(config, heard)]
    if config.keyframes.enabled:
        read = " and read by OCR" if config.read.enabled else ""
        clauses.append(f"the stable states of the screen are found{read}")
    if config.judge.enabled:
        clauses.append(f"sentences and videos that do not teach are {away}")
    if config.align.enabled and config.keyframes.enabled:
        clauses.append(f"pictures that have nothing to do with what is said are {away}")
    if config.reduce.enabled:
        clauses.append(f"videos and pictures that duplicate an earlier video are {away}")
    rest = "everything" if config.decide == "mark" else "what remains"
    clauses.append(f"{rest} is ordered by time and cut into samples by a token budget")
    return "; ".join(clauses) + "."


def made_by_machines(config: Config, heard: Collection[str]) -> str:
    """What machines wrote the text: "speech recognition and OCR", for example; empty if none."""
    recognised = config.transcribe.enabled and any(model != _CAPTIONS for model in heard)
    read = config.keyframes.enabled and config.read.enabled
    return " and ".join(["speech recognition"] * recognised + ["OCR"] * read)


def _speech(config: Config, heard: Collection[str]) -> str:
    if not config.transcribe.enabled:
        return "Speech is left out"
    clause = "Speech is recognised"
    if any(_CAPTIONS in model for model in heard):
        clause += ", or taken from captions where a video has them"
    if set(heard) == {_CAPTIONS}:
        clause = "Speech is taken from captions"
    return f"{clause} and refined to written sentences" if config.refine.enabled else clause
