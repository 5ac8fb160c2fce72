"""The shims judge as LuaUnit and busted themselves do, on the same answers. Skipped where Lua has no such modules.

Debian and Ubuntu: `apt install lua5.4 lua-unit lua-busted`.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from eval.external.exercism import read_exercism
from scorers.execution import run_tests
from tests.eval import test_external_exercism as exercism
from tests.eval import test_external_multipl_e as multipl_e

LUA = shutil.which("lua5.4") or shutil.which("lua") or ""
STRICTER = ("pcall(function() assert.equal(1, 2) end)",)
"""An assertion that fails inside a protected call: busted forgets it, here it counts. An answer could wrap it otherwise."""


def lua(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([LUA, *arguments], cwd=folder, capture_output=True, text=True, timeout=60, check=False)


def needs(module: str) -> pytest.MarkDecorator:
    there = bool(LUA) and lua(Path(), "-e", f"require('{module}')").returncode == 0
    return pytest.mark.skipif(not there, reason=f"no Lua with {module} on this machine")


@needs("luaunit")
def test_multipl_e_rows_as_luaunit_judges_them(tmp_path: Path) -> None:
    answers = [(fields, body) for fields in multipl_e.ROWS for body in multipl_e.ANSWERS[fields["name"]]]
    answers += [
        (multipl_e.a_row("HumanEval_906_f", "local function f()\n", assertion), "end")
        for pair in multipl_e.ASSERTIONS
        for assertion in pair
    ]
    for fields, body in answers:
        (row,) = multipl_e.read(tmp_path, fields)
        (tmp_path / "program.lua").write_text(f"{fields['prompt']}{body}\n{fields['tests']}")
        theirs = lua(tmp_path, "program.lua").returncode == 0
        assert multipl_e.passes(row, body) is theirs, (body, fields["tests"])


def specs() -> Iterator[tuple[str, str, str]]:
    """(slug, spec, answer)."""
    lamp, split = exercism.LAMP, exercism.SPLIT
    for answer in (lamp, lamp.replace("% 2 == 1", "% 2 == 0"), lamp.replace("worn out", "broken"), "return {}"):
        yield "desk-lamp", exercism.LAMP_SPEC, answer
    for answer in (split, "return function(text) return { text:sub(1, 1), text:sub(2) } end"):
        yield "split-in-two", exercism.SPLIT_SPEC, answer
    for pair in exercism.ASSERTIONS:
        for assertion in pair:
            if assertion not in STRICTER:
                yield "thing", exercism.a_spec(assertion), "return 1"


@needs("busted")
def test_specs_as_busted_judges_them(tmp_path: Path) -> None:
    for number, (slug, spec, answer) in enumerate(specs()):
        folder = exercism.write(tmp_path / str(number), slug, spec, "return 1")
        (row,) = read_exercism(folder)
        report = run_tests(row.read_reply(f"```lua\n{answer}\n```", "stop").code, row.tests)
        (folder / f"{slug}.lua").write_text(answer)
        runner = "require('busted.runner')({ standalone = false })"
        said = lua(folder, "-e", runner, "unused", "-o", "TAP", f"{slug}_spec.lua").stdout
        passed, failed = (len(re.findall(pattern, said, re.MULTILINE)) for pattern in (r"^ok", r"^not ok"))
        assert (report.passed, report.total) == (passed, passed + failed), (spec, answer)
