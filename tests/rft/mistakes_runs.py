"""Mistakes with runs: names, what changed since, looking at what is not there."""

from rft.store import RunPaths, open_for_writing
from tests.rft.keeping_world import a_run
from tests.rft.mistakes import SAID_NO, WRONG_INPUT, Mistake, World
from tests.rft.written_run import WrittenRun


def begun(world: World) -> WrittenRun:
    """A run `mine` that has begun with the configuration as it is, and measured the base and SFT."""
    world.trust_tasks()
    paths = RunPaths(world.folder, "mine")
    with open_for_writing(paths) as store:
        run = WrittenRun.begin(paths, store)
        run.measure("base", {})
        run.measure("sft", {"apple": 1})
    paths.events.write_text("{}\n")
    return run


def other_settings(world: World) -> None:
    begun(world)
    world.change("rft.toml", "temperature = 0.2", "temperature = 0.9")


def task_changed(world: World) -> None:
    begun(world)
    world.change("held-out/apple.toml", "Count the apple", "Weigh the apple")


def being_written(world: World) -> None:
    world.enter(open_for_writing(RunPaths(world.folder, "mine")))


def held(world: World) -> None:
    begun(world)
    being_written(world)


def never_begun(world: World) -> None:
    with open_for_writing(RunPaths(world.folder, "mine")):
        pass


def damaged(world: World) -> None:
    begun(world)
    world.write("runs/mine/run.db", b"not a store, but bytes of another kind" * 100)


def store_lost(world: World) -> None:
    begun(world)
    (world.folder / "runs" / "mine" / "run.db").unlink()


def in_force(world: World) -> None:
    paths = a_run(world.folder, "mine", "sft")
    paths.latest.parent.mkdir()
    paths.latest.symlink_to("../runs/mine/adapters/sft")


NOT_THERE = "there is no run 'nobody' here"
RUNS = [
    Mistake(
        "a run's name is no name", "rft run --name ../up", WRONG_INPUT, "cannot be a run's name", r"'\.\./up'", "Use letters"
    ),
    Mistake("nothing is carried on", "rft resume", WRONG_INPUT, "there is no run", "'quickstart'", "Start one with `rft run`"),
    Mistake(
        "a run is carried on that never began",
        "rft resume --name mine",
        WRONG_INPUT,
        "has not begun",
        "this run",
        "rft run --name",
        never_begun,
    ),
    Mistake(
        "a run is carried on with other settings",
        "rft run --name mine",
        WRONG_INPUT,
        "started with another configuration",
        r"'mine'.*sampling\.temperature was 0\.2 and is 0\.9",
        "--name NEW",
        other_settings,
    ),
    Mistake(
        "a held-out task was changed since",
        "rft resume --name mine",
        WRONG_INPUT,
        "inputs have changed since it began",
        "held-out task apple",
        "Undo the change.*--name NEW",
        task_changed,
    ),
    Mistake(
        "a report of a task that was changed since",
        "rft report mine",
        WRONG_INPUT,
        "inputs have changed since it began",
        "held-out task apple",
        "Undo the change.*--name NEW",
        task_changed,
    ),
    Mistake(
        "two processes write one run",
        "rft run --name mine",
        SAID_NO,
        "is being written by process",
        "'mine'",
        "Wait for it, stop it, or start another run with --name",
        being_written,
    ),
    Mistake("the status of a run that is not there", "rft status --name nobody", WRONG_INPUT, NOT_THERE, "'nobody'", "rft run"),
    Mistake(
        "the report of a run that is not there",
        "rft report nobody",
        WRONG_INPUT,
        NOT_THERE,
        "'nobody'",
        r"Runs in this folder: mine",
        begun,
    ),
    Mistake("the cost of a run that is not there", "rft cost nobody", WRONG_INPUT, NOT_THERE, "'nobody'", "rft run"),
    Mistake("a task of a run that is not there", "rft show boats --name nobody", WRONG_INPUT, NOT_THERE, "'nobody'", "rft run"),
    Mistake(
        "an unknown task is shown",
        "rft show boat --name mine",
        WRONG_INPUT,
        "there is no training task",
        "'boat'",
        "boats",
        begun,
    ),
    Mistake(
        "a round is shown that there is not",
        "rft show boats --name mine --round 7",
        WRONG_INPUT,
        "has 1 round",
        "'mine'.*7",
        "Leave --round out",
        begun,
    ),
    Mistake(
        "the report is written to no page",
        "rft report mine --html mine.pdf",
        WRONG_INPUT,
        "not the name of an HTML file",
        r"'mine\.pdf'",
        r"end in \.html",
        begun,
    ),
    Mistake(
        "the report is written below a file",
        "rft report mine --html rft.toml/mine.html",
        WRONG_INPUT,
        "cannot be written",
        r"rft\.toml/mine\.html",
        "Name another file",
        begun,
    ),
    Mistake("two policies are compared of one", "rft diff mine:sft", WRONG_INPUT, "Give two policies", "A B", "--help", begun),
    Mistake(
        "a policy that was not measured is compared",
        "rft diff mine:sft mine:round-1",
        WRONG_INPUT,
        "has measured no stage",
        "'round-1'",
        "base, sft",
        begun,
    ),
    Mistake("a policy of no run is compared", "rft diff mine:sft nobody:sft", WRONG_INPUT, NOT_THERE, "'nobody'", "mine", begun),
    Mistake(
        "a results file is compared that is not there",
        "rft diff mine:sft evals/none.json",
        WRONG_INPUT,
        "there is no results file",
        r"evals/none\.json",
        "rft eval",
        begun,
    ),
    Mistake(
        "an unknown task is compared",
        "rft diff mine:base mine:sft --task aple",
        WRONG_INPUT,
        "is no held-out task",
        "'aple'",
        "Tasks: apple",
        begun,
    ),
    Mistake(
        "a run is removed that works",
        "rft runs rm mine --yes",
        WRONG_INPUT,
        "is being written by process",
        "'mine'",
        "Stop it first",
        held,
    ),
    Mistake(
        "a run is removed whose adapter is in force",
        "rft runs rm mine --yes",
        WRONG_INPUT,
        "adapters/latest points to",
        "'mine'",
        "--force",
        in_force,
    ),
    Mistake(
        "a run is removed that is not there", "rft runs rm nobody --yes", WRONG_INPUT, NOT_THERE, "'nobody'", "rft runs list"
    ),
    Mistake(
        "a run is removed without a question or a yes",
        "rft runs rm mine",
        WRONG_INPUT,
        "no terminal to ask",
        "nothing was done",
        "--yes",
        begun,
    ),
    Mistake(
        "a run's store is another file",
        "rft status --name mine",
        SAID_NO,
        "is not a store of a run",
        r"runs/mine/run\.db",
        "Move it away",
        damaged,
    ),
    Mistake(
        "a run's store is gone",
        "rft resume --name mine",
        SAID_NO,
        "is lost",
        r"runs/mine/run\.db",
        "Put it back from a backup",
        store_lost,
    ),
]
