"""A dark editor with a list of files: typing, completions, a smooth scroll, a terminal."""

from studio.captions import pointer
from studio.ide import Close, Go, Popup, Run, Type, ide
from studio.produce import Film, Part
from studio.window import Window

START = '''"""Count the words of a text."""
import re
from collections import Counter

TEXT = "the cat and the dog and the bird"'''
WORDS = """

def words(text):
    lower = text.lower()
    return re.findall(r"[a-z]+", lower)"""
COUNT = """

def count(text):
    found = Counter()
    for word in words(text):
        found[word] += 1
    return found"""
TOP = """

def top(text, n):
    pairs = count(text).most_common(n)
    longest = max(len(w) for w, _ in pairs)
    for word, number in pairs:
        print(word.ljust(longest), number)


top(TEXT, 3)"""
FILM = Film(
    "ide",
    "Counting words in Python",
    "Regular expressions and a Counter, written and run in an editor.",
    "Computer Science",
    "Programming",
    (
        Part(
            ide(
                Window(
                    "words.py",
                    START,
                    files=("words.py", "texts/", "tests/", "README.md"),
                    size=0.038,
                ),
                (
                    Type(WORDS, "The first function"),
                    Popup(
                        ("findall(pattern, string)", "finditer", "fullmatch", "flags"),
                        "re dot find",
                        1.6,
                    ),
                    Type(COUNT, "The second function"),
                    Popup(("found", "for", "format", "frozenset"), "the loop adds", 1.4),
                    Go(9, "Let me scroll", 1.3),
                    Type(TOP, "Now a function"),
                    Run(
                        ("$ python words.py", "the   3", "and   2", "cat   1"),
                        "I run the program",
                        1.6,
                    ),
                    Close("I close the terminal"),
                    Go(1, "back to the top", 1.6),
                ),
            ),
            """
            We write a small program that counts how often each word occurs in a text.
            The text is a constant for now, and two modules of the standard library are imported.
            The first function turns a text into a list of words in lower case.
            We use re dot find all with a pattern that matches letters only.
            The second function goes through these words with a counter.
            For each word the loop adds one, and a missing word starts at zero.
            Here you can see both functions, the first one splits and the second one counts.
            Let me scroll down so that there is more room.
            Now a function that prints the most common words with their numbers.
            The method most common sorts the pairs, and the longest word gives the width of \
              the column.
            The words are padded on the right, so that all numbers stand below each other.
            The last line calls the function with our text.
            I run the program, and the word the comes first, three times.
            Three lines were asked for, and three lines were printed.
            I close the terminal again and we go back to the top.
            As an exercise, change the pattern so that it finds numbers as well.
            """,
            over=(pointer(),),
            tail=3.0,
        ),
    ),
    size=(1280, 720),
    fps=20,
    crf=26,
    key_every=15.0,
    seed=51,
)
