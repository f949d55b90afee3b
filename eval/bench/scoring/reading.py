"""A response made readable: without mark-up, cut where it goes on with a question of its own."""

from __future__ import annotations

import re

_RUN_ON = re.compile(r"\n\s*(?:question|hint|q|user|human)\s*:", re.IGNORECASE)
_WRAPPED = re.compile(
    r"\\(?:text|textbf|textit|textrm|mathrm|mathbf|mathit|mathsf|mbox|bm|boldsymbol)\s*"
    r"\{([^{}]*)\}"
)
_DELIMITERS = re.compile(r"\\[()\[\]]|\\?\$|\\[,;:!](?=[^a-zA-Z]|$)|\\left|\\right")
_EMPHASIS = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1", re.DOTALL)
_ITALIC = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]+?)(?<=[^\s*])\*(?![\w*])")
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+", re.MULTILINE)
_INVISIBLE = re.compile("[\u200b-\u200d\u2060\ufeff]")
# A full stop within a number, or after a single letter (an option's, an initial), ends no sentence.
_END = re.compile(r"(?<!\b[A-Za-z])[.!?](?=[\s\"”')\]]|$)[\"”')\]]*\s*|[。！？]\s*|\n+")
_NOT_SAID = re.compile(
    r"\b(?:sorry|(?:cannot|can ?not|can['’]t|could(?: not|n['’]t)|unable to|(?:im|not )possible to"
    r"|impossible to)\s(?:be )?(?:\w+ly )?(?:determin|answer|provid|see|view|process|help|identif"
    r"|tell|say|calculat|comput|solv|giv|confirm|access|conclud|assess|analy|infer|interpret|find|measur"
    r"|verif|certain|compar|estimat|assist|directly|make|read|know|visuali)\w*"
    r"|undetermined|n/a|inconclusive|not sure|unknown|unclear|depend(?:s|ing) on"
    r"|(?:don['’]?t|do not) (?:know|see|have)"
    r"|(?:not (?:enough|sufficient)|insufficient) (?:\w+ ){0,2}"
    r"(?:information|data|context|details?)"
    r"|(?:not|isn['’]t|wasn['’]t) (?:provided|given|specified|clear|visible|available|shown"
    r"|included|listed|among|possible)"
    r"|(?:does|do)(?: not|n['’]t) (?:provide|specify|give|contain|include|show|match|have enough)"
    r"|no (?:\w+ )?(?:information|context|data|image|picture|answer)"
    r"|none of the (?:\w+ ){0,2}(?:options|choices|answers|above)"
    r"|(?:more|additional) (?:information|context|details?) (?:is|are) (?:needed|required)"
    r"|need (?:more|additional))\b",
    re.IGNORECASE,
)


def readable(response: str) -> str:
    r"""The text without marks of emphasis, LaTeX's delimiters and what follows a new "Question:".

    Nor with what a reasoning model thinks before it answers (until "</think>").
    Commands that only set a text in another face (`\text{B}`, `\mathrm{cm}`) leave the text.
    """
    text = _INVISIBLE.sub("", response).rpartition("</think>")[2].strip()
    if cut := _RUN_ON.search(text):
        text = text[: cut.start()].strip() or text
    while (plainer := _WRAPPED.sub(r"\1", text)) != text:
        text = plainer
    text = _HEADING.sub("", _DELIMITERS.sub("", text))
    text = _ITALIC.sub(r"\1", _EMPHASIS.sub(r"\2", text))
    return text.replace("`", "").strip()


def emphasised(response: str) -> list[str]:
    """What stands in bold type, in order."""
    return [readable(inside) for _, inside in _EMPHASIS.findall(response)]


def sentences(text: str) -> list[str]:
    """Sentences and lines, without their full stops."""
    return [part.strip() for part in _END.split(text) if part.strip()]


def refuses(text: str) -> bool:
    """Whether it says that there is no telling."""
    return bool(_NOT_SAID.search(text))


def boxed(text: str) -> str | None:
    r"""What the last \boxed{} holds; None if there is none, or it is cut off."""
    start = text.rfind("\\boxed{")
    if start < 0:
        return None
    depth = 0
    for i in range(start + 6, len(text)):
        depth += {"{": 1, "}": -1}.get(text[i], 0)
        if depth == 0:
            return text[start + 7 : i].strip() or None
    return None


def plain(text: str) -> str:
    """In lower case, with single spaces, and without a full stop at the end."""
    return " ".join(text.lower().strip().rstrip(".").split())
