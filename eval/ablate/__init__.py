"""Ablations: train and test cells that differ in one thing, and find out if it matters.

    vid2book ablate configs/ablations/order.yaml

Each cell is a corpus (built by a pipeline, or with its images moved) and a recipe. For every seed,
a model is trained on it and then sees held-out samples, in which nothing is moved. After a change,
only what depends on it is done again.
"""
