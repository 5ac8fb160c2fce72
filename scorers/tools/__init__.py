"""The Luau tools on this machine: `luau-compile`, `luau-analyze` and `luau-lsp`. All of them are optional.

>>> from scorers.tools import available_tools
>>> tools = available_tools()
>>> tools.compile("local x = = 1")  # None where there is no luau-compile
CompileResult(ok=False, message="Expected identifier when parsing expression, got '='", line=1)

A tool that hangs, crashes or prints what nobody understands gives no verdict; the log says so.
"""

import logging
import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scorers.compiler import CompileResult, source_bytes
from scorers.diagnostics import Diagnostic, Severity
from scorers.tools.formats import FILE_NAME, Report, parse
from scorers.tools.process import Ended, ToolFailed, run

COMPILER_ERROR = "compiler-error"
TYPE_ERROR = "type-error"

_log = logging.getLogger(__name__)
_SYNTAX_KINDS = ("SyntaxError", "CompileError")
_OTHER_FILES = re.compile(r"Unknown require|Cannot require|Cannot find module")
"""The source is checked alone: what it requires is not there."""
_NO_DEFINITIONS = re.compile(r"Unknown (?:global|type) '")
"""Without definitions of Roblox's globals and types these are false alarms; the own checks judge names."""


@dataclass(frozen=True, slots=True)
class Tools:
    """Paths of the tools that were found, None for those that were not, and what one run may use.

    `definitions` is a file for `luau-lsp`, such as `globalTypes.d.luau`, that declares Roblox's globals and types.
    """

    luau_compile: str | None = None
    luau_analyze: str | None = None
    luau_lsp: str | None = None
    definitions: Path | None = None
    seconds: float = 10.0
    max_output_bytes: int = 1 << 20

    def compile(self, source: str) -> CompileResult | None:
        """The verdict of `luau-compile`, or None without the tool or without an answer."""
        errors = self.compiler_errors(source)
        if errors is None:
            return None
        if not errors:
            return CompileResult(ok=True)
        return CompileResult(ok=False, message=errors[0].message, line=errors[0].line)

    def compiler_errors(self, source: str) -> tuple[Diagnostic, ...] | None:
        """All errors that `luau-compile` finds, or None without the tool or without an answer."""
        if self.luau_compile is None:
            return None
        answer = self._ask([self.luau_compile, "--null"], source)
        if answer is None:
            return None
        found = [report for report in parse(answer.output, source) if report.kind in _SYNTAX_KINDS]
        if (answer.code == 0) is bool(found):
            _log.warning("luau-compile ended with %d and %d errors: not understood", answer.code, len(found))
            return None
        return tuple(_diagnostic(COMPILER_ERROR, "syntax", Severity.ERROR, report) for report in found)

    def analyze(self, source: str) -> tuple[Diagnostic, ...]:
        """The type errors that `luau-lsp` (where definitions are configured) or `luau-analyze` finds.

        Lints are left out, for the own checks do them, and so are syntax errors. Empty without a tool or an answer.
        """
        command = self._analyzer()
        answer = command and self._ask(command, source)
        if not answer:
            return ()
        reports = parse(answer.output, source)
        if answer.code != 0 and not reports:
            _log.warning("the analyser ended with %d: %s", answer.code, answer.output.strip()[:200])
        found = [report for report in reports if report.kind == "TypeError" and not self._is_false(report)]
        return tuple(_diagnostic(TYPE_ERROR, "bugs", Severity.WARNING, report) for report in found)

    def _analyzer(self) -> list[str] | None:
        if self.luau_lsp is not None and (self.definitions is not None or self.luau_analyze is None):
            extra = [] if self.definitions is None else [f"--definitions={self.definitions.resolve()}"]
            return [self.luau_lsp, "analyze", "--formatter=gnu", *extra]
        return None if self.luau_analyze is None else [self.luau_analyze, "--formatter=gnu"]

    def _is_false(self, report: Report) -> bool:
        if _OTHER_FILES.match(report.message):
            return True
        return self.definitions is None and _NO_DEFINITIONS.match(report.message) is not None

    def _ask(self, command: Sequence[str], source: str) -> Ended | None:
        """Run a tool on `source` in an empty folder, where no configuration of the caller's reaches it."""
        with tempfile.TemporaryDirectory(prefix="luau-", ignore_cleanup_errors=True) as name:
            folder = Path(name)
            (folder / FILE_NAME).write_bytes(source_bytes(source))
            try:
                answer = run([*command, FILE_NAME], folder=folder, seconds=self.seconds, max_bytes=self.max_output_bytes)
            except ToolFailed as failure:
                _log.warning("%s", failure)
                return None
        if answer.code not in (0, 1):
            _log.warning("%s ended with %d", Path(command[0]).name, answer.code)
            return None
        return answer


def available_tools(definitions: Path | None = None) -> Tools:
    """Look for the tools on PATH. `definitions` is a file of declarations for `luau-lsp`."""
    return Tools(
        luau_compile=shutil.which("luau-compile"),
        luau_analyze=shutil.which("luau-analyze"),
        luau_lsp=shutil.which("luau-lsp"),
        definitions=definitions,
    )


def _diagnostic(check: str, scorer: str, severity: Severity, report: Report) -> Diagnostic:
    return Diagnostic(
        check,
        scorer,
        severity,
        line=report.line,
        column=report.column,
        end_line=report.end_line,
        end_column=report.end_column,
        message=report.message,
    )
