"""Mistakes with adapters, and with asking them."""

from rft.store import RunPaths, open_for_writing
from tests.rft.keeping_world import a_run, an_adapter
from tests.rft.mistakes import SAID_NO, WRONG_INPUT, Mistake, World
from tests.rft.written_run import WrittenRun


def trained(world: World) -> None:
    a_run(world.folder, "mine", "sft", "round-1")


def changed(world: World) -> None:
    trained(world)
    world.write("runs/mine/adapters/sft/adapters.safetensors", "other weights")


def another_sft(world: World) -> None:
    """Of a run whose configuration is whole, so that it tells the model."""
    paths = RunPaths(world.folder, "mine")
    with open_for_writing(paths) as store:
        an_adapter(paths.adapter("sft"), "other weights")
        WrittenRun.begin(paths, store).decide("sft", promote=False)
        store.state("adapter:sft", {"digest": "0" * 32})


def not_whole(world: World) -> None:
    trained(world)
    (world.folder / "runs/mine/adapters/sft/adapter_config.json").unlink()


def latest_is_folder(world: World) -> None:
    trained(world)
    world.write("adapters/latest/adapters.safetensors", "by hand")


def dangling(world: World) -> None:
    (world.folder / "adapters").mkdir()
    (world.folder / "adapters/latest").symlink_to("../runs/gone/adapters/sft")


def here(world: World) -> None:
    world.write("double.luau", "return 1\n")


ADAPTERS = [
    Mistake(
        "an adapter that is not there is shown",
        "rft adapters show mine/stf",
        WRONG_INPUT,
        "there is no adapter",
        "'mine/stf'",
        "mine/sft",
        trained,
    ),
    Mistake(
        "an adapter that is not there is promoted",
        "rft adapters promote round-9 --yes",
        WRONG_INPUT,
        "there is no adapter",
        "'round-9'",
        "rft run",
    ),
    Mistake(
        "an adapter is promoted that was changed on disk",
        "rft adapters promote mine/sft --yes",
        SAID_NO,
        "has changed since it was recorded",
        "runs/mine/adapters/sft",
        "Restore",
        changed,
    ),
    Mistake(
        "an adapter is promoted that is not whole",
        "rft adapters promote mine/sft --yes",
        SAID_NO,
        "not a whole adapter",
        r"adapter_config\.json",
        "Restore",
        not_whole,
    ),
    Mistake(
        "adapters/latest is a folder of its own",
        "rft adapters promote mine/sft --yes",
        SAID_NO,
        "is a folder of its own",
        "adapters/latest",
        "Move it away",
        latest_is_folder,
    ),
    Mistake(
        "a run where adapters/latest is a folder",
        "rft run",
        SAID_NO,
        "is a folder of its own",
        "adapters/latest",
        "Move it away",
        latest_is_folder,
    ),
    Mistake(
        "back, with no adapter before",
        "rft adapters rollback --yes",
        SAID_NO,
        "no adapter is known that was promoted before",
        "before",
        "rft adapters list",
        trained,
    ),
    Mistake(
        "an adapter is promoted without a question or a yes",
        "rft adapters promote mine/sft",
        WRONG_INPUT,
        "no terminal to ask",
        "nothing was done",
        "--yes",
        trained,
    ),
    Mistake(
        "code is asked for without an adapter",
        "rft generate 'Double a number'",
        WRONG_INPUT,
        "no adapter is installed here",
        "adapters/latest",
        "--model NAME",
    ),
    Mistake(
        "the adapter in force is gone",
        "rft generate 'Double a number'",
        WRONG_INPUT,
        "is not there",
        "runs/gone/adapters/sft",
        "--adapter",
        dangling,
    ),
    Mistake(
        "an adapter that is not there is asked",
        "rft generate 'Double a number' --adapter mine/stf",
        WRONG_INPUT,
        "there is no adapter folder",
        "mine/stf",
        "mine/sft",
        trained,
    ),
    Mistake(
        "an adapter is asked that was changed on disk",
        "rft generate 'Double a number' --adapter mine/sft",
        SAID_NO,
        "has changed since it was recorded",
        "runs/mine/adapters/sft",
        "Restore",
        another_sft,
    ),
    Mistake(
        "nothing is asked for",
        "rft generate '' --model tiny-random",
        WRONG_INPUT,
        "the prompt is empty",
        "prompt",
        "Say what is wished",
    ),
    Mistake(
        "code would be written over a file",
        "rft generate Double --model tiny-random -o double.luau",
        WRONG_INPUT,
        "is there already",
        r"double\.luau",
        "--force",
        here,
    ),
    Mistake(
        "code is written into a folder that is not there",
        "rft generate Double --model tiny-random -o src/double.luau",
        WRONG_INPUT,
        "there is no folder",
        "src",
        "Make it",
    ),
    Mistake(
        "a folder is asked for where a file is",
        "rft generate Double --model tiny-random -o rft.toml/",
        WRONG_INPUT,
        "is a file",
        r"rft\.toml",
        "another place",
    ),
    Mistake(
        "several candidates go into one file",
        "rft generate Double --model tiny-random --n 3 -o double.luau",
        WRONG_INPUT,
        "writes the best",
        "-o",
        "add --score",
    ),
    Mistake(
        "a chat with a model that is not there",
        "rft chat --model ./no-model",
        WRONG_INPUT,
        "there is no model folder",
        "no-model",
        "smollm2",
    ),
    Mistake(
        "a chat without an adapter", "rft chat", WRONG_INPUT, "no adapter is installed here", "adapters/latest", "--model NAME"
    ),
]
