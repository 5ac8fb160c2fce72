"""Code and tool calls out of a model's reply.

Choices made here:
- Of several fenced blocks the longest one tagged `luau` or `lua` is taken, else the longest without a tag, else the
  longest of any. Joining blocks would glue usage examples to the answer; `extract_files` gives all of them.
- A reply without a fence is code as a whole. Prose around it is not guessed away: it does not compile, and the model
  is to learn that. `strip_prose=True` guesses.
- Reasoning never reaches the code. A trace whose end is missing swallows the rest of the reply, drafts included. A
  closing mark alone drops everything before it: many chat templates put the opening one into the prompt.
- A mark of reasoning inside a fence, or inside a string or a comment of Luau, is code.
"""

from scorers.extraction.answer import extract_answer, reply_with
from scorers.extraction.code import ExtractedCode, extract_code
from scorers.extraction.files import ExtractedFile, extract_files
from scorers.extraction.tool_calls import ExtractedCalls, ToolCall, extract_tool_calls

__all__ = [
    "ExtractedCalls",
    "ExtractedCode",
    "ExtractedFile",
    "ToolCall",
    "extract_answer",
    "extract_code",
    "extract_files",
    "extract_tool_calls",
    "reply_with",
]
