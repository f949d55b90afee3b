"""Draws, voices and encodes a lecture from a script, and writes down what is true of it."""
