"""Scorers, one benchmark a file.

Each has `extract(doc, response)`, which finds the answer that a response commits to (None where it
commits to none: an abstention), and `grade(doc, answer)`, which says how right it is, 0 to 1. A
`doc` is a row of the benchmark with the Hub's columns. They are apart so that another extractor, a
language model, can stand in for the rules.
"""
