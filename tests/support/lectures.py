"""Four small lectures in two parts each, slides and then a dark screen, for a corpus to damage."""

from __future__ import annotations

from pathlib import Path

from .library import film, manifest, vid2book
from .screens import slide

_DARK = {"paper": (24, 28, 40), "ink": (150, 220, 170)}

# For each state of the screen: title, lines, and what is said. The first three are slides.
_LECTURES: dict[str, list[tuple[str, tuple[str, ...], str]]] = {
    "energy": [
        ("Work", ("Work is force times distance", "Its unit is the joule"),
         "Work is the product of force and distance, and its unit is the joule."),
        ("Kinetic energy", ("E = m v v / 2", "Grows with the square of velocity"),
         "The kinetic energy of a body is half its mass times the square of its velocity."),
        ("Potential energy", ("E = m g h", "Stored by lifting a mass"),
         "Potential energy is stored when we lift a mass against the gravity of the earth."),
        ("Friction", ("mechanical energy becomes heat", "friction force = mu * normal force"),
         "Friction turns mechanical energy into heat, in proportion to the normal force."),
        ("Power", ("power = work / time", "watt = joule / second"),
         "Power is the work done per second, and one watt is one joule per second."),
    ],
    "cells": [
        ("Nucleus", ("The nucleus keeps the genes", "DNA is copied into RNA"),
         "The nucleus of a cell keeps the genes, and there the DNA is copied into RNA."),
        ("Ribosomes", ("Ribosomes build proteins", "From amino acids"),
         "Ribosomes read the RNA and build proteins from a chain of amino acids."),
        ("Mitochondria", ("Glucose and oxygen react", "ATP stores the energy"),
         "In the mitochondria glucose reacts with oxygen, and ATP stores the energy."),
        ("Membrane", ("two layers of lipids", "channels let ions pass"),
         "The membrane is made of two layers of lipids, and channels in it let ions pass."),
        ("Osmosis", ("water moves through the membrane", "towards the salt"),
         "In osmosis water moves through the membrane towards the side with more salt."),
    ],
    "sorting": [
        ("Sorted arrays", ("Every element has its place", "Search becomes fast"),
         "In a sorted array every element has its place, so that a search becomes fast."),
        ("Binary search", ("Look at the middle element", "Halve the range"),
         "Binary search compares the key with the middle element and halves the range."),
        ("Merge sort", ("Split the list in halves", "Merge two sorted halves"),
         "Merge sort splits the list in halves, sorts them, and merges the sorted halves."),
        ("Quicksort", ("pivot = items[0]", "smaller left, larger right"),
         "Quicksort picks a pivot and moves smaller items left and larger items right."),
        ("Complexity", ("merge sort: n log n", "insertion sort: n squared"),
         "Merge sort takes n log n comparisons, insertion sort takes n squared of them."),
    ],
    "climate": [
        ("Atmosphere", ("Nitrogen and oxygen", "Pressure falls with altitude"),
         "The atmosphere is nitrogen and oxygen, and its pressure falls with altitude."),
        ("Greenhouse effect", ("Carbon dioxide absorbs infrared", "The surface warms"),
         "Carbon dioxide absorbs infrared radiation, and so the surface of the earth warms."),
        ("Ocean currents", ("Warm water flows to the poles", "Cold water sinks"),
         "Ocean currents carry warm water to the poles, where it cools down and sinks."),
        ("Clouds", ("vapour condenses on aerosols", "droplets grow into rain"),
         "Water vapour condenses on aerosols, and the droplets in clouds grow into rain."),
        ("Glaciers", ("ice reflects sunlight", "albedo falls as glaciers melt"),
         "Glaciers reflect sunlight, and as the ice melts the albedo of the planet falls."),
    ],
}  # fmt: skip


def build_lectures(folder: Path) -> Path:
    """Film the lectures and build a corpus of them; its folder."""
    rows = []
    for name, states in _LECTURES.items():
        shots = [
            (slide(title, lines, **({} if n < 3 else _DARK)), said)
            for n, (title, lines, said) in enumerate(states)
        ]
        film(folder / f"{name}.mp4", shots)
        rows.append({"video_id": name, "path": f"{name}.mp4", "title": f"A lecture on {name}"})
    out = ("-o", folder / "corpus", "--store", folder / "store", "--workers", 1)
    done = vid2book("build", manifest(folder, rows), *out)
    assert done.returncode == 0, done.stderr
    return folder / "corpus"
