"""luau-bench (github.com/imezx/luau-bench, read at version 0.0.2 of its package): tasks in the manner of lm-evaluation-harness.

A YAML file is one task: Jinja templates for the prompt, and documents, either in it or in a JSONL file beside it. A document's
`test_harness` is a script with `{{CODE}}` in the answer's place that prints marked lines. There the answer and the checks share
one scope, so an answer can print its own marks; here it is a module of its own, and the names that the harness uses are
handed over. As there, the harness ends at once for code with a `return` at its end. A row is one case, which is passed when
all checks were: what luau-bench calls the strict rate, also for a harness that stops half-way.
"""

import importlib
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from eval.external.jsonl import read_rows, read_text
from eval.external.row import Row, SuiteError, shim
from scorers.execution import Tests
from scorers.extraction import ExtractedCode, extract_code
from scorers.language import canonical_tokens, parse

HINT = "A task's file holds task, doc_to_text and docs (or dataset_path: jsonl with dataset_name)."
CODE = "{{CODE}}"
_LUAU = frozenset(
    (
        "_G", "_VERSION", "assert", "bit32", "buffer", "coroutine", "debug", "error", "getmetatable", "ipairs", "math", "next",
        "os", "pairs", "pcall", "print", "rawequal", "rawget", "rawlen", "rawset", "select", "setmetatable", "string", "table",
        "tonumber", "tostring", "type", "typeof", "unpack", "utf8", "vector", "xpcall",
    )
)  # fmt: skip
_ELSEWHERE = frozenset(("game", "Instance", "io", "loadstring", "require", "script", "task", "workspace"))


def read_luau_bench(file: Path) -> tuple[Row, ...]:
    """The documents of a task. Raises SuiteError when the file is none, or needs what is not read here."""
    task = _task(file)
    documents = list(_documents(task, file))
    if not documents:
        raise SuiteError(f"{file} holds no document.", hint=HINT)
    templates = _library("jinja2.sandbox", "jinja2").SandboxedEnvironment()
    render = partial(_rendered, templates, task)
    return tuple(_row(task, render, document, place, number) for number, (place, document) in enumerate(documents, 1))


def _task(file: Path) -> dict[str, Any]:
    yaml = _library("yaml", "pyyaml")
    try:
        task = yaml.safe_load(read_text(file))
    except yaml.YAMLError as error:
        raise SuiteError(f"{file} is not valid YAML: {error}", hint=HINT) from error
    if not isinstance(task, dict) or not isinstance(task.get("task"), str) or not isinstance(task.get("doc_to_text"), str):
        raise SuiteError(f"{file} is not a task of luau-bench.", hint=f"{HINT} Of a group give the file of one of its tasks.")
    if int(task.get("num_fewshot", 0)) > 0:
        raise SuiteError(f"{file} asks for examples in the prompt (num_fewshot).", hint="Set num_fewshot to 0.")
    return task


def _documents(task: dict[str, Any], file: Path) -> list[tuple[str, dict[str, Any]]]:
    source = task.get("dataset_path", "local")
    if source == "jsonl":
        return list(read_rows(file.parent / str(task.get("dataset_name", ""))))
    if source != "local":
        raise SuiteError(f"{file} takes its documents from {source!r}.", hint="Only local documents and JSONL files are read.")
    documents = [(f"{file}, document {number}", document) for number, document in enumerate(task.get("docs") or [], 1)]
    for place, document in documents:
        if not isinstance(document, dict):
            raise SuiteError(f"{place}: not a mapping.", hint=HINT)
    return documents


def _rendered(templates: Any, task: dict[str, Any], field: str, document: dict[str, Any], place: str) -> str:
    jinja2 = _library("jinja2", "jinja2")
    try:
        return str(templates.from_string(str(task.get(field) or "")).render(**document)).strip()
    except jinja2.TemplateError as error:
        raise SuiteError(f"{place}: the template `{field}` cannot be filled in: {error}", hint=HINT) from error


def _library(module: str, package: str) -> ModuleType:
    """A module that only this format needs. Raises SuiteError where it is not installed."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise SuiteError(f"luau-bench's files need {package}, which is not installed.", hint=f"pip install {package}") from error


def _row(task: dict[str, Any], render: "partial[str]", document: dict[str, Any], place: str, number: int) -> Row:
    harness = str(document.get("test_harness") or "")
    names, reason = _names(harness) if harness else ((), "it has no test harness: its answer is a text")
    reference = _reference(task, document)
    return Row(
        id=f"{task['task']}/{document.get('id', number)}",
        category=str(document.get("category") or task.get("group") or task["task"]),
        prompt=render("doc_to_text", document, place),
        tests=Tests(None, _executable(harness, names), kind="module"),
        read_reply=partial(_code_of, names=names),
        reference=None if reference is None else _with_names(reference, names),
        system=render("system_prompt", document, place) or None,
        unsupported=reason,
    )


def _reference(task: dict[str, Any], document: dict[str, Any]) -> str | None:
    """The document's own, else the task's. Templates write "(see metadata)" or "-- see each doc" in the other place."""
    for place in (document, task.get("metadata") or {}):
        code = str(place.get("reference_solution") or "")
        if canonical_tokens(code) and not parse(code).errors:
            return code
    return None


def _names(harness: str) -> tuple[tuple[str, ...], str | None]:
    """The names that the harness takes from the answer, and why it cannot run, or None."""
    if CODE not in harness:
        return (), f"its harness has no place for the answer ({CODE})"
    unit = parse(harness.replace(CODE, ""))
    if unit.errors:
        return (), f"its harness, line {unit.errors[0].line}: {unit.errors[0].message}"
    free = unit.global_reads.keys() - unit.global_writes.keys() - _LUAU
    if foreign := sorted(free & _ELSEWHERE):
        return (), f"its harness: {foreign[0]} is not there"
    return tuple(sorted(free)), None if free else "its harness uses no name of the answer"


def _executable(harness: str, names: tuple[str, ...]) -> str:
    taken = f"local {', '.join(names)} = {', '.join(f'solution.{name}' for name in names)}" if names else ""
    body = harness.replace(CODE, taken)
    return "\n".join((shim("common"), shim("luau_bench"), "luauBench(function(print)", body, "end)"))


def _with_names(code: str, names: tuple[str, ...]) -> str:
    return f"{code}\nreturn {{ {', '.join(f'{name} = {name}' for name in names)} }}"


def _code_of(reply: str, finish_reason: str, *, names: tuple[str, ...]) -> ExtractedCode:
    found = extract_code(reply, finish_reason=finish_reason)
    return ExtractedCode(_with_names(found.code, names), found.fenced, found.truncated)
