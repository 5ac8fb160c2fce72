"""Reads and checks what a run works on, before anything is spent: a wrong input stops the run at its start."""

import hashlib
from importlib import resources
from pathlib import Path

from eval.check import check_references
from eval.comparable import GENERAL_PREFIX, fingerprint_of, match_answer
from eval.task import Task, load_tasks
from rft.config import RftConfig
from rft.demonstrations import exchanges, load_demonstrations
from rft.errors import InputError
from rft.sampling_stages import Inputs
from rft.sections import DataConfig
from rft.store import RunStore
from rft.training.rows import TrainingRow
from rollouts.models import resolve_model, weights_hash
from scorers.execution.tests import Kind

BUILTIN = "builtin:"
TRAINING, HELD_OUT, GENERAL = "training task ", "held-out task ", "general task "


def read_inputs(config: RftConfig, log: Path) -> Inputs:
    """All inputs of a run. Raises InputError, TaskFileError or ModelError, each with the next step."""
    refuse_unknown_builtin(config.data)
    tasks = load_tasks(task_folder(config.data.tasks))[: config.data.limit]
    benchmark = load_tasks(benchmark_folder(config.data.benchmark))[: config.data.limit]
    demonstrations = load_demonstrations(demonstrations_file(config.data.demonstrations))
    general = load_general(config)
    refuse_contamination(tasks, demonstrations, benchmark, general)
    refuse_broken_tasks((*tasks, *benchmark, *general))
    model = resolve_model(config.model, log)
    return Inputs(tasks, benchmark, demonstrations, model, weights_hash(model), general)


def task_folder(setting: str) -> Path:
    """Where the training tasks lie."""
    return _packaged("rft", setting, "tasks") if setting.startswith(BUILTIN) else Path(setting)


def benchmark_folder(setting: str) -> Path:
    """Where the held-out tasks lie."""
    if not setting.startswith(BUILTIN):
        return Path(setting)
    return Path(str(resources.files("eval") / "suites" / setting.removeprefix(BUILTIN)))


def demonstrations_file(setting: str) -> Path:
    """Where the demonstrations lie."""
    return _packaged("rft", setting, "demonstrations.jsonl") if setting.startswith(BUILTIN) else Path(setting)


def refuse_unknown_builtin(data: DataConfig) -> None:
    """Raise InputError naming the setting where it takes from the package what that does not bring."""
    package, suites = Path(str(resources.files("rft"))), Path(str(resources.files("eval") / "suites"))
    brought = {
        "tasks": (package, "*/tasks"),
        "demonstrations": (package, "*/demonstrations.jsonl"),
        "benchmark": (suites, "[!_]*"),
        "general": (suites, "[!_]*"),
    }
    for name, (folder, pattern) in brought.items():
        known = sorted(f"{BUILTIN}{place.relative_to(folder).parts[0]}" for place in folder.glob(pattern))
        setting = getattr(data, name)
        if setting is not None and setting.startswith(BUILTIN) and setting not in known:
            raise InputError(f"data.{name}: the package brings no {setting!r}.", hint=f"It brings {', '.join(known)}.")


def _packaged(package: str, setting: str, name: str) -> Path:
    return Path(str(resources.files(package) / setting.removeprefix(BUILTIN) / name))


def refuse_broken_tasks(tasks: tuple[Task, ...]) -> None:
    """Raise InputError when a reference fails its own tests: no candidate could be right then."""
    problems = check_references(tasks)
    if problems:
        named = "; ".join(f"{problem.task}: {problem.text}" for problem in problems[:3])
        raise InputError(
            f"{len(problems)} task(s) cannot be used: {named}.",
            hint="Correct the task files; `rft tasks check FOLDER` shows every problem.",
        )


def refuse_contamination(
    tasks: tuple[Task, ...],
    demonstrations: tuple[TrainingRow, ...],
    benchmark: tuple[Task, ...],
    general: tuple[Task, ...] = (),
) -> None:
    """Raise InputError naming both sides when a training input repeats a held-out task, of the general suite too."""
    held_out = fingerprint_of(benchmark, general)
    inputs: list[tuple[str, str, str, Kind]] = [(f"the training task {t.id}", t.prompt, t.reference, t.kind) for t in tasks]
    for i, row in enumerate(demonstrations, 1):
        inputs += [(f"demonstration {i}", question, _code(reply), "function") for question, reply in exchanges(row)]
    for name, prompt, answer, kind in inputs:
        if match := held_out.match_prompt(prompt) or match_answer(held_out, answer, kind):
            raise InputError(
                f"{name} repeats the held-out task {match.task_id} ({match.kind} match, similarity {match.similarity:.2f}).",
                hint="Remove or change one of them: a benchmark that was trained on measures nothing."
                + (" data.general names another suite, or none." if match.task_id.startswith(GENERAL_PREFIX) else ""),
            )


def _code(reply: str) -> str:
    from scorers.extraction import extract_code

    return extract_code(reply).code


def described(inputs: Inputs) -> dict[str, str]:
    """What a run keeps of its inputs, to know them again: everything that a result depends on."""
    return {
        "base model": inputs.base_hash,
        "demonstrations": _hash(*(row.content() for row in inputs.demonstrations)),
        **_described_tasks(TRAINING, inputs.tasks),
        **_described_tasks(HELD_OUT, inputs.benchmark),
        **_described_tasks(GENERAL, inputs.general),
    }


def training_tasks(store: RunStore, config: RftConfig) -> tuple[Task, ...]:
    """A stored run's training tasks. Raises InputError when they are not the ones it ran on."""
    tasks = load_tasks(task_folder(config.data.tasks))[: config.data.limit]
    refuse_changed(store, _described_tasks(TRAINING, tasks), TRAINING)
    return tasks


def held_out_tasks(store: RunStore, config: RftConfig) -> tuple[Task, ...]:
    """A stored run's held-out tasks. Raises InputError when they are not the ones it was measured on."""
    tasks = load_tasks(benchmark_folder(config.data.benchmark))[: config.data.limit]
    refuse_changed(store, _described_tasks(HELD_OUT, tasks), HELD_OUT)
    return tasks


def general_tasks(store: RunStore, config: RftConfig) -> tuple[Task, ...]:
    """A stored run's general suite, empty where it has none. Raises InputError when it is not the one it was measured on."""
    tasks = load_general(config)
    refuse_changed(store, _described_tasks(GENERAL, tasks), GENERAL)
    return tasks


def load_general(config: RftConfig) -> tuple[Task, ...]:
    """The tasks outside the domain, none where the check is left out."""
    if config.data.general is None:
        return ()
    return load_tasks(benchmark_folder(config.data.general))[: config.data.limit]


def refuse_changed(store: RunStore, found: dict[str, str], prefix: str) -> None:
    """Raise InputError naming the inputs that differ from the recorded ones whose name begins with `prefix`."""
    recorded = {name: value for name, value in (store.fact("inputs") or {}).items() if name.startswith(prefix)}
    changed = sorted(name for name in recorded.keys() | found.keys() if recorded.get(name) != found.get(name))
    if changed:
        raise InputError(
            f"the run's inputs have changed since it began: {', '.join(changed[:5])}.",
            hint="Undo the change, or start a run of its own with --name NEW. docs/runs holds what this one measured.",
        )


def _described_tasks(kind: str, tasks: tuple[Task, ...]) -> dict[str, str]:
    return {f"{kind}{task.id}": _hash(task.content()) for task in tasks}


def _hash(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]
