"""Every shape in which models wrap their code."""

from dataclasses import dataclass

import pytest

from scorers.extraction import ExtractedCode, extract_code

CODE = "local x = 1\nreturn x"
FENCED = f"```luau\n{CODE}\n```"


@dataclass(frozen=True)
class Shape:
    name: str
    reply: str
    code: str = CODE
    fenced: bool = True
    truncated: bool = False
    finish_reason: str = "stop"


SHAPES = [
    Shape("luau fence", FENCED),
    Shape("lua fence", f"```lua\n{CODE}\n```"),
    Shape("upper-case tag", f"```Luau\n{CODE}\n```"),
    Shape("tag with attributes", f'```luau title="main.luau"\n{CODE}\n```'),
    Shape("space before the tag", f"``` luau\n{CODE}\n```"),
    Shape("bare fence", f"```\n{CODE}\n```"),
    Shape("tilde fence", f"~~~luau\n{CODE}\n~~~"),
    Shape("four backticks around three", "````luau\n--[[\n```\n]]\n````", code="--[[\n```\n]]"),
    Shape("prose before and after", f"Here it is:\n\n{FENCED}\n\nIt returns one."),
    Shape(
        "indented fence in a list",
        "1. Do:\n   ```luau\n   local x = 1\n     return x\n   ```",
        "local x = 1\n  return x",
    ),
    Shape("windows line ends", FENCED.replace("\n", "\r\n")),
    Shape("old mac line ends", FENCED.replace("\n", "\r")),
    Shape("blank lines inside the fence", f"```luau\n\n\n{CODE}\n\n\n```"),
    Shape("tagged before a longer bare block", f"```\n{CODE}\n-- a long usage example\n-- of it\n```\n\n{FENCED}"),
    Shape("bare before other languages", f"```python\nprint('a long python program')\n```\n```\n{CODE}\n```"),
    Shape("the longest of several", f"```luau\nreturn x\n```\nand\n{FENCED}\nthen\n```luau\nuse()\n```"),
    Shape("only another language", "```python\nprint(1)\n```", code="print(1)"),
    Shape("no fence", CODE, fenced=False),
    Shape("no fence, blank lines around", f"\n\n{CODE}\n\n", fenced=False),
    Shape("empty reply", "", code="", fenced=False),
    Shape("unclosed fence", f"Sure:\n```luau\n{CODE}", truncated=True),
    Shape("unclosed second fence", f"{FENCED}\n```luau\nx", truncated=True),
    Shape("cut off with a closed fence", FENCED, truncated=True, finish_reason="length"),
    Shape("cut off without a fence", CODE, fenced=False, truncated=True, finish_reason="length"),
    Shape("end glued to the code", f"```luau\n{CODE}```"),
    Shape("closed reasoning", f"<think>\nFirst ```luau\nwrong()\n``` no.\n</think>\n\n{FENCED}"),
    Shape("reasoning opened by the template", f"Let me see: ```luau\nwrong()\n```\n</think>\n{FENCED}"),
    Shape("reasoning without fences", f"<think>easy</think>\n{CODE}", fenced=False),
    Shape("two traces", f"<think>a</think>\nWait.\n<think>b\n```luau\nwrong = wrong + wrong\n```</think>{FENCED}"),
    Shape("unclosed reasoning", f"<think>\n{FENCED}", code="", fenced=False, truncated=True),
    Shape("unclosed reasoning after prose", f"Hm.\n<think>\n{FENCED}", code="Hm.", fenced=False, truncated=True),
    Shape("named reasoning", f"Thinking Process:\n\n1. Try\n{FENCED}", code="", fenced=False, truncated=True),
    Shape("bold named reasoning", f"**Thinking Process:**\n{FENCED}", code="", fenced=False, truncated=True),
    Shape("closed named reasoning", f"Thinking Process:\n1. Try wrong().\n</think>\n{FENCED}"),
    Shape("end token", f"{FENCED}<|im_end|>"),
    Shape("end token inside an unclosed fence", f"```luau\n{CODE}<|im_end|>\n", truncated=True),
    Shape("runs on into another turn", f"{FENCED}<|im_end|>\n<|im_start|>user\n```luau\n{CODE}\n{CODE}\n```"),
    Shape("other end tokens", f"{CODE}<|endoftext|>", fenced=False),
    Shape("sentence end token", f"{CODE}</s>\n", fenced=False),
    Shape("reasoning mark as a string", "```luau\nlocal s = [[\n<think>\n]]\n```", code="local s = [[\n<think>\n]]"),
    Shape("backtick strings are no fences", "```luau\nprint(`{x}`)\n```", code="print(`{x}`)"),
]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_the_code_of_a_reply(shape: Shape) -> None:
    found = extract_code(shape.reply, finish_reason=shape.finish_reason)
    assert found == ExtractedCode(shape.code, shape.fenced, shape.truncated)


def test_the_table_is_complete() -> None:
    assert len(SHAPES) >= 30
    assert len({shape.name for shape in SHAPES}) == len(SHAPES)
