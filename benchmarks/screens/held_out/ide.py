"""A light editor without line numbers: a class is written in the middle, the view jumps by line."""

from studio.ide import Close, Go, Popup, Run, Type, ide
from studio.produce import Film, Part
from studio.window import Window

START = """from dataclasses import dataclass


@dataclass
class Account:
    owner: str
    cents: int = 0


def report(accounts):
    for account in accounts:
        print(account.owner, account.cents)


ann = Account("Ann", 1200)
bob = Account("Bob")
report([ann, bob])"""
PAY = """    def pay(self, other, cents):
        if cents > self.cents:
            raise ValueError("too little")
        self.cents -= cents
        other.cents += cents"""
TEST = """

def test_pay():
    rich = Account("R", 100)
    poor = Account("P")
    rich.pay(poor, 30)
    assert rich.cents == 70
    assert poor.cents == 30"""
MORE = """

def test_too_little():
    poor = Account("P")
    try:
        poor.pay(poor, 1)
    except ValueError as error:
        print("refused:", error)"""
FILM = Film(
    "ide",
    "A method with a test",
    "An account class gets a payment method, and the test that goes with it.",
    "Computer Science",
    "Software engineering",
    (
        Part(
            ide(
                Window(
                    "bank.py - editor",
                    START,
                    "#fafaf7",
                    "LiberationMono-Regular.ttf",
                    0.042,
                    (),
                    False,
                ),
                (
                    Run(("> python bank.py", "Ann 1200", "Bob 0"), "Let me run it", 1.2),
                    Close("I close that"),
                    Type(PAY, "The method pay", 7, 15.0),
                    Popup(("cents: int", "cents_of()", "center()"), "subtract the cents", 1.7),
                    Go(9, "Down below", 1.6, smooth=False),
                    Type(TEST, "A test makes", None, 17.0),
                    Popup(("assert", "async", "as"), "assert is a word", 1.5),
                    Type(MORE, "The second test", None, 17.0),
                    Run(("> pytest -q bank.py", "..", "2 passed in 0.02s"), "I run both", 2.0),
                    Close("So the method"),
                ),
            ),
            """
            This little program keeps the money of two people in a class named account.
            Let me run it once, so that you see what it prints.
            Ann has twelve hundred cents and Bob has none.
            I close that window, for we want to add something.
            The method pay takes the other account and a number of cents.
            It refuses if there is too little, and that is the most important line.
            After that we subtract the cents here and add them over there.
            Both lines together keep the sum of the money as it was.
            Down below there is room for the tests.
            A test makes two accounts, pays from one to the other and compares.
            The keyword assert is a word that stops the test if something is not true.
            Seventy and thirty, that is what has to come out.
            The second test checks that nobody can spend what he does not have.
            It expects the error and prints it.
            I run both of them with pytest now.
            Two tests have passed in no time.
            So the method is done, and whoever changes it later will notice a mistake at once.
            Write a third test for negative numbers before you go on.
            """,
            tail=3.0,
            pause=0.5,
        ),
    ),
    size=(1024, 768),
    fps=10,
    crf=29,
    key_every=25.0,
    seed=266,
)
