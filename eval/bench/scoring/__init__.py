"""Scorers, one file per benchmark.

Each has `extract(doc, response)`, which finds the answer that a response commits to (None if it
commits to none: an abstention), and `grade(doc, answer)`, which scores the answer from 0 to 1. A
`doc` is a row of the benchmark with the Hub's columns. The two are separate so that a language
model can replace the rules as the extractor.
"""
