"""The marks that models write around their reasoning and at the end of a turn.

Names are those of the chat templates and reasoning parsers of the models named beside them. Where only prompts ask for
a tag (`<scratchpad>`, `<reflection>`, `<antThinking>`), no model is named.
"""

import re
from dataclasses import dataclass
from functools import cache

_STOP_TOKENS = (
    *(r"<\|im_end\|>", r"<\|im_start\|>", r"<\|endoftext\|>", r"<\|eot_id\|>", r"<\|eom_id\|>", r"<\|end_of_text\|>"),
    *(r"<\|return\|>", r"<\|call\|>", r"<end_of_turn>", r"<turn\|>", r"<seed:eos>", r"<\|assistant_end\|>"),
    *(r"<\|END_OF_TURN_TOKEN\|>", r"<\|END_RESPONSE\|>", r"<\|end_of_solution\|>", r"<｜end▁of▁sentence｜>"),
)
_NEXT_MESSAGE = r"(?:<\|start\|>assistant)?<\|channel\|>"


@dataclass(frozen=True, slots=True)
class TraceFormat:
    """How one family of models marks its reasoning. `opens` and `closes` are regular expressions."""

    name: str
    opens: str
    closes: str
    # What begins the answer although no reasoning was opened: the opening mark stands in the prompt. None: nothing does.
    closes_alone: str | None
    # False: the opening mark is a word that prose and code may hold as well, and counts at the start of a line only.
    special_token: bool = False

    @property
    def stops(self) -> str:
        """What ends the turn inside this reasoning. In harmony `<|end|>` ends a message only."""
        tokens = _STOP_TOKENS if self.name == "harmony" else (*_STOP_TOKENS, r"<\|end\|>")
        return "|".join(tokens)


def _tag(name: str, *, closes: str | None = None) -> TraceFormat:
    closing = rf"(?i:</{closes or name}[ \t]*>)"
    return TraceFormat(name, rf"(?i:<{name}(?:\s[^<>\n]{{0,200}})?>)", closing, closing)


def _tokens(name: str, opens: str, closes: str, *, alone: str = "") -> TraceFormat:
    return TraceFormat(name, opens, closes, f"{closes}|{alone}" if alone else closes, special_token=True)


TRACE_FORMATS = (
    _tag("think", closes="think(?:ing)?"),  # DeepSeek R1, Qwen 3, GLM, and most others
    _tag("thinking", closes="think(?:ing)?"),  # Reflection
    _tag("thought"),  # EXAONE Deep
    _tag("reasoning"),  # fine-tunes
    _tag("reflection"),
    _tag("scratchpad"),
    _tag("antThinking"),
    _tag("seed:think"),  # ByteDance Seed-OSS
    _tag("mm:think"),  # MiniMax M3
    # `[THINK] = 1` is a key of a Luau table.
    TraceFormat("magistral", r"\[THINK\](?![ \t]*=)", r"\[/THINK\]", r"\[/THINK\]"),
    _tokens(  # OpenThoughts, Sky-T1
        "open-thoughts", r"<\|begin_of_thought\|>", r"<\|end_of_thought\|>", alone=r"<\|begin_of_solution\|>"
    ),
    _tokens("kimi", "◁think▷", "◁/think▷"),  # Kimi-VL, Kimi-Dev
    _tokens("medgemma", "<unused94>", "<unused95>"),  # MedGemma 1.5
    _tokens("gemma", r"<\|channel>thought", r"<channel\|>"),  # Gemma 4
    _tokens("command-a", r"<\|START_THINKING\|>", r"<\|END_THINKING\|>", alone=r"<\|START_RESPONSE\|>"),  # Cohere
    _tokens("apertus", r"<\|inner_prefix\|>", r"<\|inner_suffix\|>"),  # Apertus
    TraceFormat(  # gpt-oss
        "harmony",
        opens=rf"{_NEXT_MESSAGE}(?:analysis|commentary)\b",
        closes=rf"<\|end\|>|(?={_NEXT_MESSAGE})",
        closes_alone=rf"{_NEXT_MESSAGE}final\b[^<\n]{{0,99}}(?:<\|constrain\|>[^<\n]{{0,99}})?<\|message\|>",
        special_token=True,
    ),
    # Two families that write a heading, at the very start of the reply.
    TraceFormat("heading", r"\A[ \t*#]*+(?i:Thinking Process:)", r"(?i:</think(?:ing)?>)", None),  # Qwen 3.5
    TraceFormat("granite", r"\A[ \t]*+Here is my thought process:", r"^[ \t]*Here is my response:", None),  # Granite 3.2
)

_OPENING = "|".join(f"({trace.opens})" for trace in TRACE_FORMATS)
_CLOSING_ALONE = "|".join(dict.fromkeys(trace.closes_alone for trace in TRACE_FORMATS if trace.closes_alone))
# A mark of either kind: closing ones in group `closing`.
MARK = re.compile(f"(?P<closing>{_CLOSING_ALONE})|{_OPENING}", re.MULTILINE)
# Where reading may have to stop. Everything else is skipped at the speed of the regex engine.
EVENT = re.compile(rf"```|~~~|\[={{0,8}}\[|{MARK.pattern}", re.MULTILINE)
# `<|end|>` ends a turn of Phi-3, and a mere message of harmony.
STOP = re.compile("|".join((*_STOP_TOKENS, r"<\|end\|>(?!\s{0,9}<\|start\|>assistant)")))
SENTENCE_END = "</s>"


def opened_by(mark: re.Match[str]) -> TraceFormat | None:
    """The format whose opening mark `MARK` has matched, None for a closing mark."""
    return TRACE_FORMATS[mark.lastindex - 2] if mark.lastindex is not None and mark.lastindex >= 2 else None


def end_of_trace(text: str, start: int, trace: TraceFormat) -> re.Match[str] | None:
    """The first mark from `start` that ends reasoning of this format, in group `close`, or the turn, in group `stop`."""
    return _end_pattern(trace).search(text, start)


@cache
def _end_pattern(trace: TraceFormat) -> re.Pattern[str]:
    return re.compile(f"(?P<close>{trace.closes})|(?P<stop>{trace.stops})", re.MULTILINE)
