"""As the Multimodal Textbook's scripts do it: prompts, shots, lengths and VQA scores."""

from __future__ import annotations

from pathlib import Path

import pytest

from vid2book.config import Llm
from vid2book.eval.bench import Options, bench
from vid2book.eval.bench.released import idefics2, llava
from vid2book.eval.bench.rows import Library
from vid2book.eval.bench.scoring import okvqa, vqa
from vid2book.eval.bench.task import Setting, VisualTask, load_task
from vid2book.eval.bench.turns import Turn
from vid2book.eval.vlm import load
from vid2book.models.lazy import chat_of

from ...support import benchmarks, vlms
from ...support.llm import Reply
from ...support.llm import Stub as Server

SYSTEM = (
    "A chat between a curious human and an artificial intelligence assistant. The assistant gives "
    "helpful, detailed, and polite answers to the human's questions."
)


class Shown:
    """In place of a picture, of which a prompt has the placeholder only."""


def turn(question: str, answer: str) -> Turn:
    return Turn((Shown(),), question, answer)  # type: ignore[arg-type]


def test_llava_has_a_system_prompt_and_ends_each_answer() -> None:
    turns = [turn("How many?", "3"), turn("Which?", "")]
    assert llava(turns, "<image>") == (
        f"{SYSTEM} USER: <image>\nHow many? ASSISTANT: 3</s>USER: <image>\nWhich? ASSISTANT:"
    )


def test_idefics2_has_an_instruction_and_a_line_a_shot() -> None:
    turns = [turn("How many?", "3"), turn("Which?", "")]
    assert idefics2(turns, "<image>") == (
        "<s>Instruction: provide an answer to the question. Use the image to answer.\n"
        "Image:<image>Question: How many? Answer: 3\nImage:<image>Question: Which? Answer:"
    )


@pytest.fixture
def with_train(data: Path, tmp_path: Path) -> Path:
    """The benchmarks, and OK-VQA's other split, in which the first person says something else."""
    for folder in data.iterdir():
        (tmp_path / folder.name).symlink_to(folder)
    (tmp_path / "okvqa").unlink()
    rows = [
        {
            "question_id": str(i),
            "image": benchmarks.picture(9000 + i),
            "question": "what is it?",
            "answers": ["first"] + ["other"] * 9,
        }
        for i in range(4)
    ]
    benchmarks.write(tmp_path, "okvqa", "val2014", rows[:1])
    benchmarks.write(tmp_path, "okvqa", "train2014", rows[1:])
    return tmp_path


def asked(name: str, data: Path, form: str = "llava", shots: int = 1) -> VisualTask:
    task = load_task(name, Setting(shots=shots, form=form, library=Library(data)))
    task.build_all_requests()
    return task


def test_okvqa_takes_its_shots_from_train2014_with_the_first_answer(with_train: Path) -> None:
    task = asked("okvqa", with_train)
    (request,) = task.instances
    shot, query = request.args[2]["turns"]
    assert shot.answer == "first" and query.question.endswith("single word or phrase.")
    assert task.questions[0].shots[0].startswith("okvqa/train2014#")
    assert request.args[1] == {"until": [], "max_gen_toks": 128}
    (short,) = asked("okvqa", with_train, "idefics2").instances
    assert short.args[2]["turns"][-1].question == "what is it?"
    assert short.args[1] == {"until": ["\n"], "max_gen_toks": 64}


def test_mathematics_is_asked_with_512_tokens_and_mathverse_with_a_sentence_more(
    data: Path,
) -> None:
    verse = asked("mathverse", data).instances[0]
    shot, query = verse.args[2]["turns"]
    sentence = ". Please answer the question and provide final value or choices."
    assert query.question.endswith(sentence) and not shot.question.endswith(sentence)
    assert verse.args[1]["max_gen_toks"] == 512
    shot, query = asked("mathvista", data).instances[0].args[2]["turns"]
    assert shot.question.startswith("Question: ") and query.question.startswith("Hint: ")


def test_scienceqa_asks_for_a_letter_in_its_shots_only(data: Path) -> None:
    shot, query = asked("scienceqa", data).instances[0].args[2]["turns"]
    ending = "Answer with the option's letter from the given choices directly."
    assert shot.question.endswith(ending) and not query.question.endswith(ending)


def test_ocr_tokens_of_shots_follow_a_capital(data: Path) -> None:
    shot, query = asked("textvqa_ocr", data).instances[0].args[2]["turns"]
    assert shot.question.startswith("What does sign") and query.question.startswith("what does")
    assert "\nReference OCR token: STOP, 0\n" in query.question


@pytest.mark.parametrize(
    ("people", "response", "expected"),
    [
        (["surf"] * 10, "surfing", 1.0),  # the dataset's answers are stems
        (["surfing"] * 8 + ["dog"] * 2, "It is surf.", 1.0),
        (["surf"] * 5 + ["dog"] * 5, "A dog, I think", 1.0),
        (["surf"] * 10, "swim", 0.0),
        # Where all agree their answer is left as it is, and no stem equals it.
        (["surfing"] * 10, "surfing", 0.0),
    ],
)
def test_okvqa_compares_stems(people: list[str], response: str, expected: float) -> None:
    answer = okvqa.extract_as_released({}, response)
    assert answer is not None
    assert okvqa.grade({"answers": people}, answer) == pytest.approx(expected)


def test_textvqa_is_scored_by_the_whole_response() -> None:
    doc = {"answers": ["stop"] * 10}
    whole = vqa.extract_as_released(doc, "stop\nQuestion: what else?")
    assert whole is not None and vqa.grade(doc, whole) == 0
    assert vqa.extract(doc, "stop\nQuestion: what else?") == "stop"


@pytest.mark.parametrize(("family", "form"), [("llava", "llava"), ("smolvlm", "")])
def test_a_model_is_asked_in_the_form_of_its_family(
    family: str, form: str, data: Path, tmp_path: Path
) -> None:
    model = load(vlms.save(family, tmp_path / family))
    with Server(lambda body, n: Reply("###judge: True")) as server:
        chat = chat_of(Llm(model="stub", base_url=server.url, retries=0))
        options = Options(data=data, chat=chat, scoring="judge_as_released", limit=1)
        run = bench(model, ["mathvista"], [1], tmp_path / "out", options)
    cell = run.cell("mathvista", 1)
    assert cell is not None and run.settings["form"] == form and cell.accuracy.value == 100
    assert (SYSTEM in cell.questions[0].prompt) is bool(form)
