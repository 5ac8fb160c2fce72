"""Reasoning in every format, closed and not, with drafts of code in it."""

from dataclasses import dataclass

import pytest

from scorers.extraction import ExtractedCode, extract_code
from scorers.extraction.marks import TRACE_FORMATS

CODE = "local x = 1\nreturn x"
FENCED = f"```luau\n{CODE}\n```"
DRAFT = "First:\n```luau\nlocal wrong = 1\nlocal longer = wrong\nreturn wrong, longer\n```\nNo, simpler."
ANSWER = ExtractedCode(CODE, fenced=True, truncated=False)
NOTHING = ExtractedCode("", fenced=False, truncated=True)


@dataclass(frozen=True)
class Trace:
    name: str
    opens: str
    closes: str
    # What the template of the model writes between the reasoning and the answer.
    then: str = ""
    # Headings are in the reply itself, never in the prompt.
    in_prompt: bool = True


TRACES = [
    Trace("think", "<think>", "</think>"),
    Trace("thinking", "<thinking>", "</thinking>"),
    Trace("thought", "<thought>", "</thought>"),
    Trace("reasoning", "<reasoning>", "</reasoning>"),
    Trace("reflection", "<reflection>", "</reflection>"),
    Trace("scratchpad", "<scratchpad>", "</scratchpad>"),
    Trace("antThinking", "<antThinking>", "</antThinking>"),
    Trace("seed:think", "<seed:think>", "</seed:think>"),
    Trace("mm:think", "<mm:think>", "</mm:think>"),
    Trace("magistral", "[THINK]", "[/THINK]"),
    Trace("open-thoughts", "<|begin_of_thought|>", "<|end_of_thought|>", then="<|begin_of_solution|>"),
    Trace("kimi", "◁think▷", "◁/think▷"),
    Trace("medgemma", "<unused94>thought\n", "<unused95>"),
    Trace("gemma", "<|channel>thought\n", "<channel|>"),
    Trace("command-a", "<|START_THINKING|>", "<|END_THINKING|>", then="<|START_RESPONSE|>"),
    Trace("apertus", "<|inner_prefix|>", "<|inner_suffix|>"),
    Trace(
        "harmony",
        "<|channel|>analysis<|message|>",
        "<|end|>",
        then="<|start|>assistant<|channel|>final<|message|>",
    ),
    Trace("heading", "**Thinking Process:**\n", "</think>", in_prompt=False),
    Trace("granite", "Here is my thought process:\n", "Here is my response:\n", in_prompt=False),
]
each_trace_in_prompts = pytest.mark.parametrize("trace", [t for t in TRACES if t.in_prompt], ids=lambda trace: trace.name)
each_trace = pytest.mark.parametrize("trace", TRACES, ids=lambda trace: trace.name)


def test_every_format_is_tried() -> None:
    assert [trace.name for trace in TRACES] == [known.name for known in TRACE_FORMATS]


@each_trace
@pytest.mark.parametrize("reasoning", ["Easy.", DRAFT, "Try:\n```luau\nunfinished("], ids=["words", "draft", "unclosed draft"])
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_closed_reasoning_is_left_out(trace: Trace, reasoning: str, gap: str) -> None:
    assert extract_code(f"{trace.opens}{reasoning}\n{trace.closes}{gap * (not trace.then)}{trace.then}{FENCED}") == ANSWER


@each_trace
def test_unfenced_answers_after_reasoning(trace: Trace) -> None:
    reply = f"{trace.opens}{DRAFT}\n{trace.closes}{trace.then}{CODE}"
    assert extract_code(reply) == ExtractedCode(CODE, fenced=False, truncated=False)


@each_trace
@pytest.mark.parametrize("reasoning", ["", "Easy.", DRAFT, "Try:\n```luau\nunfinished("])
def test_unclosed_reasoning_swallows_the_rest(trace: Trace, reasoning: str) -> None:
    assert extract_code(f"{trace.opens}{reasoning}") == NOTHING


@each_trace_in_prompts
@pytest.mark.parametrize("reasoning", ["Easy.", DRAFT, "Try:\n```luau\nunfinished("], ids=["words", "draft", "unclosed draft"])
def test_a_closing_mark_alone(trace: Trace, reasoning: str) -> None:
    assert extract_code(f"{reasoning}\n{trace.closes}{trace.then}{FENCED}") == ANSWER


@each_trace_in_prompts
def test_repeated_reasoning(trace: Trace) -> None:
    once = f"{trace.opens}{DRAFT}\n{trace.closes}"
    assert extract_code(f"{once}{once}{trace.then}{FENCED}") == ANSWER


# Messages of harmony do not nest.
@pytest.mark.parametrize("trace", [t for t in TRACES if t.in_prompt and t.name != "harmony"], ids=lambda trace: trace.name)
def test_nested_reasoning(trace: Trace) -> None:
    inner = f"{trace.opens}inner{trace.closes}"
    assert extract_code(f"{trace.opens}outer\n{inner}\n{DRAFT}\n{trace.closes}{trace.then}{FENCED}") == ANSWER


@each_trace
@pytest.mark.parametrize("quoted", ['print("{}")', "-- {}\nf()", "--[[\n{}\n]]\nf()", "local s = [=[\n{}\n]=]"])
@pytest.mark.parametrize("fenced", [True, False])
def test_marks_in_the_answers_code_are_code(trace: Trace, quoted: str, fenced: bool) -> None:
    for mark in (trace.opens, trace.closes, f"{trace.opens} a {trace.closes}"):
        # What a harmony model writes for the end of a message ends the turn of others, wherever it stands.
        if "\n" in mark or mark.endswith("<|end|>"):
            continue
        code = quoted.format(mark)
        reply = f"```luau\n{code}\n```" if fenced else code
        assert extract_code(reply) == ExtractedCode(code, fenced=fenced, truncated=False)


def test_a_tool_call_of_harmony_is_no_answer() -> None:
    call = '<|channel|>commentary to=functions.run <|constrain|>json<|message|>{"code": "wrong()"}<|call|>'
    assert extract_code(f"<|channel|>analysis<|message|>Run it.<|end|><|start|>assistant{call}").code == ""


def test_harmony_with_a_constrained_answer() -> None:
    header = "<|start|>assistant<|channel|>final <|constrain|>luau<|message|>"
    assert extract_code(f"<|channel|>analysis<|message|>Hm.<|end|>{header}{CODE}<|return|>").code == CODE
