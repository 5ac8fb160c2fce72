"""The command `luau-score`, which is also `rft score` and `python -m scorers`."""

import io
import math
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scorers.cli.problems import Problem, ScorerFailed
from scorers.cli.threshold import Pair, Threshold

if TYPE_CHECKING:
    from scorers.execution.options import ScoringOptions
    from scorers.settings import Settings

FORMATS = ("text", "json", "sarif", "github")

_FEW = 8
"""Files that are scored in this process: they take less time than a worker needs to load the checks."""
_SIGPIPE_EXIT = 141
"""What a shell says of a program that ended because nobody read on."""


@dataclass(frozen=True, slots=True)
class Options:
    """What holds for files and for rows."""

    workers: int
    min_score: float | None
    strict: bool
    scoring: Mapping[str, Any]
    """The fields of `ScoringOptions`, which is imported when scoring begins."""


def score_command(program: str) -> click.Command:
    """The command, with `program` in the examples of its help."""

    @click.command(name="score", epilog=f"Example: {program} src/Shop.luau", context_settings=_HELP)
    @click.argument("files", nargs=-1, metavar="[FILE]...")
    @click.option("--format", "form", type=click.Choice(FORMATS), help="How findings are printed; text without it.")
    @click.option("--json", "as_json", is_flag=True, help="Short for --format json.")
    @click.option("--sarif", "as_sarif", is_flag=True, help="Short for --format sarif: SARIF 2.1.0.")
    @click.option(
        "--jsonl",
        "rows",
        metavar="ROWS",
        help='Score rows {"id", "code"} of a file, one answer line each; - reads standard input.',
    )
    @click.option("--min-score", type=click.FloatRange(0, 1), help="Exit with 1 when a composite is below this.")
    @click.option(
        "--strict", is_flag=True, help="Exit with 1 when something does not compile, or a reply is not fit to learn from."
    )
    @click.option("--workers", type=click.IntRange(1, 256), help="Number of processes; as many as cores without it.")
    @click.option("--compiler/--no-compiler", default=True, help="Ask the Luau compiler too, or the own parser alone.")
    @click.option(
        "--config", metavar="TOML", help="Severities and weights of checks, or checks off; ./scorers.toml if it is there."
    )
    @click.option(
        "--allow-comments/--no-allow-comments", default=None, help="Whether comments may silence checks: in files, not in rows."
    )
    @click.option("--tools/--no-tools", default=None, help="Ask luau-compile, and luau-lsp or luau-analyze, on PATH: for files.")
    @click.version_option(None, "--version", package_name="rft", message="%(prog)s %(version)s")
    @click.option("--definitions", metavar="D_LUAU", help="Declarations of Roblox's globals for luau-lsp; means --tools too.")
    @click.pass_context
    def score(context: click.Context, /, form: str | None, as_json: bool, as_sarif: bool, **more: Any) -> None:
        """Score Luau files: syntax, api, bugs and quality, each from 0 to 1, with findings.

        FILE is a file, a folder or `-`, which is standard input. Of a folder every .luau and .lua file in it is scored,
        but for .git, node_modules and the folders of Wally packages; links to folders are not followed.

        A row may hold a model's reply, {"id", "response"}: its code is scored, and all of its Luau blocks are verified. Nothing
        that is read is ever changed.

        The exit code is 0, also with findings; 1 when a composite is below --min-score or --strict finds fault; 2 when the
        input is wrong; 3 when the scorer itself fails. --jsonl stops at the first line that is no row, after all lines before it.
        """
        chosen = _form(form, as_json=as_json, as_sarif=as_sarif)
        scoring = {name: more[name] for name in _SCORING}
        _fill_in(scoring, of_files=more["rows"] is None)
        if more["min_score"] is not None and math.isnan(more["min_score"]):
            raise Problem("--min-score is not a number.", hint="It lies from 0 to 1.")
        options = Options(more["workers"] or os.cpu_count() or 1, more["min_score"], more["strict"], scoring)
        context.exit(_run(more["files"], more["rows"], chosen, options))

    return score


def _fill_in(scoring: dict[str, Any], *, of_files: bool) -> None:
    """What was not said. Files are a person's: comments there speak for that person, and the tools on PATH are wanted.

    Rows are a machine's: code that was sampled must not excuse itself, and its score must not depend on the machine.
    """
    if scoring["config"] is None and of_files and Path(_CONFIG).is_file():
        scoring["config"] = _CONFIG
    if scoring["tools"] is None:
        scoring["tools"] = of_files
    scoring["tools"] = scoring["tools"] or scoring["definitions"] is not None
    if (
        scoring["allow_comments"] is None
        and of_files
        and (scoring["config"] is None or not _speaks_of_comments(scoring["config"]))
    ):
        scoring["allow_comments"] = True


_CONFIG = "scorers.toml"
_SCORING = ("compiler", "tools", "definitions", "config", "allow_comments")
_HELP = {"help_option_names": ["-h", "--help"]}


def _form(form: str | None, *, as_json: bool, as_sarif: bool) -> str | None:
    chosen = {name for name, on in ((form, form), ("json", as_json), ("sarif", as_sarif)) if on}
    if len(chosen) > 1:
        raise Problem("only one output format can be chosen.", hint="Leave out all but one of --format, --json and --sarif.")
    return chosen.pop() if chosen else None


def _run(files: tuple[str, ...], rows: str | None, form: str | None, options: Options) -> int:
    """Score and return the exit code."""
    if rows is None and not files:
        raise Problem("there is nothing to score.", hint="Name a file or a folder, or - for standard input.")
    if rows is not None and (files or form is not None):
        raise Problem("--jsonl takes no other files and no format.", hint="Its output is always one line of JSON a row.")
    if sys.stdout is None:
        raise ScorerFailed("standard output is closed.", hint="Send it to a file or a pipe.")
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Names of files need not be UTF-8, and a pipe's encoding need not have every letter of a message.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        low = _score_files(files, form or "text", options) if rows is None else _score_rows(rows, options)
        sys.stdout.flush()
    except BrokenPipeError:
        _drop_output()
        return _SIGPIPE_EXIT
    except OSError as error:
        _drop_output()
        hint = "Send it to a place that takes it, and run the command again."
        raise ScorerFailed(f"the output cannot be written: {error.strerror}.", hint=hint) from error
    return low.tell()


def _drop_output() -> None:
    """Python flushes standard output once more at exit, and would complain there."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _score_files(names: tuple[str, ...], form: str, options: Options) -> Threshold:
    from scorers.cli.output import writer
    from scorers.cli.results import Scored
    from scorers.cli.sources import find_files, read_source

    low = Threshold(options.min_score, strict=options.strict)
    files = find_files(names)
    sources = (read_source(name) for name in files)
    stream = _stream(sources, "files", len(files), options) if len(files) > _FEW else _few([*sources], options)
    results = (Scored(source, report) for source, report in low.watch(stream))
    writer(form, sys.stdout)(results, sys.stdout)
    return low


def _few(sources: list[Any], options: Options) -> Iterator[Pair[Any]]:
    from scorers.cli.few import score_few

    return score_few(sources, options=_scoring(options), notice=_without_compiler)


def _score_rows(name: str, options: Options) -> Threshold:
    from scorers.cli.rows import answer_line, open_rows, read_rows

    low = Threshold(options.min_score, strict=options.strict)
    with open_rows(name) as lines:
        for row, report in low.watch(_stream(read_rows(lines, name), "rows", None, options)):
            sys.stdout.write(f"{answer_line(row, report)}\n")
            sys.stdout.flush()
    return low


def _stream(scripts: Iterator[Any], unit: str, total: int | None, options: Options) -> Iterator[Pair[Any]]:
    from scorers.cli.progress import Progress
    from scorers.cli.stream import score_stream

    workers = options.workers if total is None else min(options.workers, total)
    scored = score_stream(scripts, workers=workers, options=_scoring(options), notice=_without_compiler)
    return Progress(unit, total, sys.stderr, shared=sys.stdout.isatty()).count(scored)


def _scoring(options: Options) -> "ScoringOptions":
    """What the workers are told. What is wrong is found here, once, and not by each of them."""
    from scorers.execution.options import ScoringOptions

    scoring = ScoringOptions(**options.scoring)
    if scoring.definitions is not None and not Path(scoring.definitions).is_file():
        raise Problem(f"{scoring.definitions} cannot be read: there is no such file.", hint="Check the path.")
    if scoring.config is not None:
        _read(scoring.config)
    return scoring


def _speaks_of_comments(config: str) -> bool:
    return _read(config).allow_comments is not None


def _read(config: str) -> "Settings":
    from scorers.errors import SettingsError
    from scorers.settings import read_settings  # brings all checks along

    try:
        return read_settings(Path(config))
    except SettingsError as error:
        raise Problem(str(error), hint=error.hint) from error


def _without_compiler(reason: str) -> None:
    click.echo(f"Scored with the own parser alone: {reason}.", err=True)
