"""What in a candidate speaks to whoever judges it, found by patterns over the text as it was written.

A pattern is no proof and no defence: the marked block, the caps and the judge's own flag are. What is found here is counted,
and such a candidate is not kept on one opinion alone. Text that is encoded or built at run time is not seen.
"""

import re
import unicodedata

_WHO = r"(?:judges?|graders?|reviewers?|evaluators?|assessors?|assistant|llm|ai(?: model)?|language model|claude|chatgpt|gpt)"
_CRITERIA = r"(?:functionality|correctness|completeness)"
_MARKS = r"(?:scores?|marks?|points?|ratings?|grades?)"

_PATTERNS = {
    "instruction": (
        r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b"
        r"(?:instructions?|rules?|rubric|prompts?|criteria|guidelines|(?:above|previous|prior) (?:text|context))\b",
        r"\b(?:new|updated|revised|real|special) instructions?\b",
        r"\byou (?:must|should|are to|will|have to|can) (?:now )?"
        r"(?:give|score|rate|grade|award|assign|output|answer|respond|reply|approve)\b",
        r"\bdo not (?:flag|deduct|penali[sz]e)\b",
    ),
    "address": (
        rf"\b(?:dear|attention|hey|hello|hi|(?:note|message|instructions?) (?:to|for)|to|for|as an?) (?:the |any |all )?{_WHO}\b",
        r"\b(?:system|developer|admin(?:istrator)?) (?:prompt|message|override|notice|note)\b",
        r"(?:--|[\"'`\[]) ?(?:system|assistant|human|user) ?:",
        r"\brubric\b|\breview(?:ing)? (?:this|the) (?:code|submission|answer)\b",
    ),
    "score": (
        rf"\b{_CRITERIA}\b[\"'\])]* ?(?:[:=]|is|of|at)* ?\[?[\"']?\d",
        rf"\b(?:full|top|perfect) marks\b|\b(?:perfect|maximum) (?:score|rating|grade)\b|\b(?:10|4|100) ?/ ?(?:10|4|100)\b"
        rf"|\b(?:four|[45]) {_MARKS}\b",
        r"\b(?:give|award|assign|deserves?|grant|merits?|rate|grade)\b.{0,30}"
        r"\b(?:full|top|perfect|maximum|highest|4s|fours?)\b",
        rf"\b(?:{_MARKS}|verdict) ?(?:[:=]|is) ?(?:4|10|100|a\+|pass(?:ed)?|perfect|excellent)(?= ?(?:/|out|$|[\"'!.]))",
    ),
    "vouching": (
        r"\b(?:this|the|my|our) (?:code|solution|implementation|answer|submission|function) (?:is|has been|was) "
        r"(?:\w+ ){0,2}(?:correct|perfect|complete|flawless|verified|approved|certified|proven|reviewed|tested)\b",
        r"\b(?:verified|approved|certified|audited|endorsed|signed off)(?: correct)? (?:by|as)\b",
        r"\b(?:all|every|100 ?%|\d+ ?(?:of|/) ?\d+)(?: of)?(?: the)?(?: \d+)?(?: unit| hidden)? "
        r"(?:tests?|test cases|checks|requirements|cases)(?: have| has| were| was| are)? ?(?:pass(?:ed|es|ing)?|met|ok)\b",
        r"\btests? (?:passed|ok) ?: ?\d",
        r"\bpassed ?:? ?(\d+) ?(?:/|of) ?\1\b|\b(\d+) ?(?:/|of|out of) ?\2 (?:\w+ )?passed\b",
    ),
    "markup": (
        r"</?\s*(?:submission|facts|task|solution|requirements|system|assistant|human|user|instructions?|rubric|evaluation)\b"
        r"[^<>\n]{0,40}>",
        r"<\|?(?:im_start|im_end|endoftext|eot_id|start_header_id|end_of_turn)|\[/?inst\]",
        r"\bend of (?:the )?(?:submission|code to review)\b",
    ),
    "verdict": (rf"\\?[\"']{_CRITERIA}\\?[\"'] ?[:,]", r"\\?[\"'](?:evidence|flags)\\?[\"'] ?:"),
}
_COMPILED = {name: re.compile("|".join(parts), re.IGNORECASE | re.MULTILINE) for name, parts in _PATTERNS.items()}
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])")
_HIDDEN = ("Cf", "Co", "Cn", "Cs")


def tripwire(code: str) -> tuple[str, ...]:
    """The names of the patterns that the candidate trips, in a fixed order; empty for nearly all honest code.

    Read are the text as it is written, and the same with the words in names apart; look-alike letters of the full-width kind are
    folded, and characters that no reader sees are a finding of their own.
    """
    folded = unicodedata.normalize("NFKC", code)
    is_hidden = any(unicodedata.category(char) in _HIDDEN for char in folded.removeprefix("\ufeff"))
    seen = "".join(char for char in folded if unicodedata.category(char) not in _HIDDEN)
    words = re.sub(r"[ \t]+", " ", _CAMEL.sub(" ", seen).replace("_", " "))
    found = [name for name, pattern in _COMPILED.items() if pattern.search(seen) or pattern.search(words)]
    return (*found, "hidden") if is_hidden else tuple(found)
