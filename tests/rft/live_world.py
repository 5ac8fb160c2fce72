"""A run as its panel shows it, and what is to be seen of it."""

import io
import re
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from rft.view.facts import Facts, Policy, Seen, Spend, StageFacts, TaskShare
from tests.rft.screen import Screen

HEIGHT = 70
"""So high that nothing is scrolled away when it becomes narrow."""
WIDTHS = (1, 7, 20, 40, 80, 120, 300)
PLANNED = ("benchmark-base", "training sft", "benchmark-sft", "round-1", "training round-1", "benchmark-round-1")
SEEN = Seen(
    policies=[Policy("base", 0.124, 0.081, 0.169), Policy("sft", 0.31, 0.261, 0.36, "promoted")],
    shares=[0.124, 0.31, None],
    best=[TaskShare("sum-list", 8, 8), TaskShare("fizz-buzz", 7, 8)],
    worst=[TaskShare("parse-date", 0, 8), TaskShare("matrix-product-of-two", 1, 8)],
    memory=2_140_000_000,
    disk=51_000_000_000,
    spend=Spend("$0.043", "$5.00 a run"),
)
FACTS = Facts(
    run="night",
    seconds=201,
    planned=PLANNED,
    latest="round-1",
    stages=[
        StageFacts("round-1", 128, 256, "1204 tokens/s", 41, 38),
        StageFacts("judging round-1", 10, 32, "$0.043  97 verdicts", 40, None),
    ],
    seen=SEEN,
)
AT_80 = """
──  night  stage 4 of 6  3:21  cases passed ▁█· ──────────────────────────────
base  ██░░░░░░░░░░░░░░░░░░░░░░  12.4 %  8.1 to 16.9
sft   ███████░░░░░░░░░░░░░░░░░  31.0 %  26.1 to 36.0  promoted
round-1  ████████████░░░░░░░░░░░░  128/256  1204 tokens/s  0:41  0:38 left
judging round-1  ███████░░░░░░░░░░░░░░░░░  10/32  $0.043  97 verdicts  0:40
best   sum-list 8/8, fizz-buzz 7/8
worst  parse-date 0/8, matrix-product-of-two 1/8
memory 2.1 GB  disk 51 GB free  judge $0.043 of $5.00 a run
"""
AT_40 = """
──  night  stage 4 of 6  3:21 ────────
base  █░░░░░░░░░░░░░  12.4 %
sft   ████░░░░░░░░░░  31.0 %  promoted
round-1  ████░░░░░  128/256  0:38 left
judging round-1  ████░░░░░░░░░░  10/32
best   sum-list 8/8, fizz-buzz 7/8
worst  parse-date 0/8, matrix-product…
judge $0.043 of $5.00 a run
"""


def words(lines: Sequence[Text]) -> list[str]:
    return [line.plain.rstrip() for line in lines]


def has_color(text: str) -> bool:
    """Whether output sets a colour of letters or of what is behind them."""
    return re.search(r"\x1b\[(?:[0-9]+;)*[34][0-9]", text) is not None


class Terminal:
    """A console whose output a screen shows."""

    def __init__(self, width: int, **options: Any) -> None:
        self.screen, self.file = Screen(width, HEIGHT), io.StringIO()
        environment = {"TERM": "xterm-256color"}
        self.console = Console(file=self.file, force_terminal=True, width=width, height=HEIGHT, _environ=environment, **options)

    def resize(self, width: int) -> None:
        self.show()
        self.screen.resize(width)
        self.console.size = self.console.size._replace(width=width)

    def show(self) -> list[str]:
        """The screen's lines now."""
        self.screen.write(self.written())
        return self.screen.lines

    def written(self) -> str:
        text = self.file.getvalue()
        self.file.seek(0)
        self.file.truncate()
        return text
