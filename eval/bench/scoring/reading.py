"""Makes a response readable: removes mark-up, and cuts it where it poses a new question."""

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
# A full stop in a number, or after a single letter (an option, an initial), ends no sentence.
_END = re.compile(r"(?<!\b[A-Za-z])[.!?](?=[\s\"”')\]]|$)[\"”')\]]*\s*|[。！？]\s*|\n+")
_REFUSAL = re.compile(
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
    r"""The text without emphasis, LaTeX's delimiters, or anything after a new "Question:".

    The thoughts of a reasoning model (up to "</think>") are removed too. Commands that only change
    the typeface (`\text{B}`, `\mathrm{cm}`) are replaced with their text.
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
    """The passages in bold type, in order."""
    return [readable(inside) for _, inside in _EMPHASIS.findall(response)]


def sentences(text: str) -> list[str]:
    """Sentences and lines, without their full stops."""
    return [part.strip() for part in _END.split(text) if part.strip()]


def refuses(text: str) -> bool:
    """Whether a text says that the answer cannot be told."""
    return bool(_REFUSAL.search(text))


def boxed(text: str) -> str | None:
    r"""The content of the last \boxed{}; None if there is none, or it is cut off."""
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
    """The text in lower case, with single spaces, and without a full stop at the end."""
    return " ".join(text.lower().strip().rstrip(".").split())
