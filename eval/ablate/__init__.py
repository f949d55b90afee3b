"""Ablations: cells that differ in one thing, trained and asked alike, and whether they differ.

    vid2book ablate configs/ablations/order.yaml

Each cell is a corpus (a pipeline's, or one with its images moved) and a recipe. A model is trained
on it for every seed and then sees held-out samples, of which nothing is moved. What does not
depend on what changed is not done again.
"""
