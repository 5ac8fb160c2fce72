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
    Shape("tag with a path", f"```luau:src/a.luau\n{CODE}\n```"),
    Shape("tag in braces", f"```{{.lua}}\n{CODE}\n```"),
    Shape("prose before the fence on its line", f"Here it is: ```luau\n{CODE}\n```"),
    Shape("fence behind a list mark", "1. ```lua\n   local x = 1\n   return x\n   ```"),
    Shape("fence behind an answer tag", f"<answer>```luau\n{CODE}\n```</answer>"),
    Shape("answer tag without a fence", f"<answer>\n{CODE}\n</answer>", fenced=False),
    Shape("shorter ticks glued inside a longer fence", f"````luau\n{CODE} -- ```\n````", code=f"{CODE} -- ```"),
    Shape("string before the glued end", "```luau\nreturn `{x}````", code="return `{x}`"),
    Shape("tilde info with a backtick", f"~~~luau `x`\n{CODE}\n~~~"),
    Shape("ticks do not close tildes", f"~~~luau\n{CODE}\n```\n~~~", code=f"{CODE}\n```"),
    Shape(
        "fence in a long string",
        "```luau\nlocal s = [[\n```lua\nx()\n```\n]]\nreturn s\n```",
        code="local s = [[\n```lua\nx()\n```\n]]\nreturn s",
    ),
    Shape(
        "fence in a long comment",
        "```luau\n--[==[ Usage:\n```\nx()\n```\n]==]\nreturn 1\n```\nDone.",
        code="--[==[ Usage:\n```\nx()\n```\n]==]\nreturn 1",
    ),
    Shape("long string that never ends", "```luau\nlocal s = [[\n```\nSo it is.", code="local s = [["),
    Shape("bracket in a quoted string", '```luau\nprint("[[")\n```\n```\n]]\n```', code='print("[[")'),
    Shape("bracket in a comment", "```luau\nx() -- [[\n```\n```\n]]\n```", code="x() -- [["),
    Shape("closing mark in a string", '```luau\nprint("</think>")\n```', code='print("</think>")'),
    Shape("closing mark in a comment", "```luau\nx() -- </think> is cut\n```", code="x() -- </think> is cut"),
    Shape("closing mark in a long string", "```luau\nx([[\n</think>\n]])\n```", code="x([[\n</think>\n]])"),
    Shape("closing mark in an unclosed block", "```luau\nx([[\n</think>\n]])", code="x([[\n</think>\n]])", truncated=True),
    Shape("marks in a string, no fence", 'f("<think>a</think>")', code='f("<think>a</think>")', fenced=False),
    Shape("mark in a long string, no fence", "x([[\n<think>\n]])", code="x([[\n<think>\n]])", fenced=False),
    Shape("mark in a comment, no fence", "-- <think>\nx() -- </think>", code="-- <think>\nx() -- </think>", fenced=False),
    Shape("marks in another language", f"{FENCED}\n```xml\n<think>a</think>\n```"),
    Shape("marks named in prose", f"It strips `<think>` and `</think>`.\n{FENCED}"),
    Shape("apostrophe before the closing mark", f"I don't know.</think>It's this:\n{FENCED}"),
    Shape("unclosed draft in reasoning", f"Try:\n```luau\nwrong(\n</think>\n{FENCED}"),
    Shape("reasoning after the answer", f"{FENCED}\n<reflection>Right.</reflection>\nDone."),
    Shape("answer after more reasoning", f"```luau\nwrong() wrong() wrong()\n```\n<think>No.</think>\n{FENCED}"),
    Shape("unclosed reasoning after the answer", f"{FENCED}\n<think>Is it", truncated=True),
    Shape("mark named inside reasoning", f"<think>I write <think> now.</think>\n{FENCED}"),
    Shape("mark with attributes", f'<thinking time="3s">```luau\nwrong()\n```</thinking>{FENCED}'),
    Shape("turn ends inside reasoning", f"<think>a<|im_end|>\n{FENCED}", code="", fenced=False, truncated=True),
    Shape("key of a table", "return {\n[THINK] = 1,\n}", code="return {\n[THINK] = 1,\n}", fenced=False),
    Shape("explicit instantiation", "f<<think>>()", code="f<<think>>()", fenced=False),
    Shape("prose before unfenced code stays", f"Sure:\n{CODE}", code=f"Sure:\n{CODE}", fenced=False),
    Shape("backtick strings are no fences", "```luau\nprint(`{x}`)\n```", code="print(`{x}`)"),
]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_the_code_of_a_reply(shape: Shape) -> None:
    found = extract_code(shape.reply, finish_reason=shape.finish_reason)
    assert found == ExtractedCode(shape.code, shape.fenced, shape.truncated)


def test_the_table_is_complete() -> None:
    assert len(SHAPES) >= 30
    assert len({shape.name for shape in SHAPES}) == len(SHAPES)
