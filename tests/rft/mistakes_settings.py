"""Mistakes in the configuration."""

from tests.rft.mistakes import WRONG_INPUT, Mistake, Prepare, World


def with_settings(text: str) -> Prepare:
    """The configuration is this text."""

    def prepare(world: World) -> None:
        world.write("rft.toml", text)

    return prepare


def latin(world: World) -> None:
    world.write("rft.toml", 'system_prompt = "Schreib schön."\n'.encode("latin-1"))


def twice(world: World) -> None:
    world.change("rft.toml", "rounds = 1", "rounds = 1\nrounds = 2")


def folder_in_its_place(world: World) -> None:
    (world.folder / "rft.toml").unlink()
    (world.folder / "rft.toml").mkdir()


def dangling(world: World) -> None:
    (world.folder / "rft.toml").unlink()
    (world.folder / "rft.toml").symlink_to("../shared/rft.toml")


SETTINGS = [
    Mistake(
        "rft.toml is a folder",
        "rft config show",
        WRONG_INPUT,
        "cannot be read: Is a directory",
        r"rft\.toml",
        "Check the path",
        folder_in_its_place,
    ),
    Mistake(
        "rft.toml is a link to what is gone",
        "rft run",
        WRONG_INPUT,
        "there is no configuration file",
        r"rft\.toml",
        "Check the path",
        dangling,
    ),
    Mistake(
        "a number without end",
        "rft run",
        WRONG_INPUT,
        "is not valid TOML",
        r"rft\.toml",
        "Correct the line",
        with_settings(f"rounds = {'9' * 5000}"),
    ),
    Mistake(
        "the package has no such tasks",
        "rft run",
        WRONG_INPUT,
        "the package brings no 'builtin:lua'",
        r"data\.tasks",
        "builtin:luau, builtin:quickstart",
        with_settings('[data]\ntasks = "builtin:lua"'),
    ),
    Mistake(
        "the package has no such suite",
        "rft run --dry-run",
        WRONG_INPUT,
        "the package brings no 'builtin:lua'",
        r"data\.benchmark",
        "builtin:luau",
        with_settings('[data]\nbenchmark = "builtin:lua"'),
    ),
    Mistake(
        "the configuration has a misspelt key",
        "rft run",
        WRONG_INPUT,
        "there is no setting",
        r"rft\.toml: .*`sampling\.temprature`",
        r"Did you mean `sampling\.temperature`",
        with_settings("[sampling]\ntemprature = 1.0\n"),
    ),
    Mistake(
        "a setting stands in another section",
        "rft run",
        WRONG_INPUT,
        "there is no setting",
        r"rft\.toml: .*`training\.temperature`",
        r"Did you mean `sampling\.temperature`",
        with_settings("[training]\ntemperature = 1.0\n"),
    ),
    Mistake(
        "a section is misspelt",
        "rft run",
        WRONG_INPUT,
        "there is no setting",
        r"rft\.toml: .*`sampeling`",
        "Did you mean `sampling`",
        with_settings("[sampeling]\nn = 2\n"),
    ),
    Mistake(
        "the configuration is no TOML",
        "rft run",
        WRONG_INPUT,
        r"rft\.toml is not valid TOML",
        "line 2",
        "Correct the line",
        with_settings("model = 'tiny-random'\nrounds = three\n"),
    ),
    Mistake(
        "a setting stands twice", "rft run", WRONG_INPUT, "not valid TOML: Cannot overwrite", "line 4", "Correct the line", twice
    ),
    Mistake(
        "the configuration is not UTF-8", "rft run", WRONG_INPUT, "is no UTF-8", r"rft\.toml.*line 1", "Save it as UTF-8", latin
    ),
    Mistake(
        "a setting is out of range",
        "rft run",
        WRONG_INPUT,
        "less than or equal to 1",
        r"rft\.toml: `sampling\.top_p`",
        "got 95",
        with_settings("[sampling]\ntop_p = 95\n"),
    ),
    Mistake(
        "a setting is of another type",
        "rft run",
        WRONG_INPUT,
        "valid integer",
        r"rft\.toml: `rounds`",
        "got 'three'",
        with_settings("rounds = 'three'\n"),
    ),
    Mistake(
        "a setting is none of the choices",
        "rft run",
        WRONG_INPUT,
        "'lora', 'dora' or 'full'",
        r"rft\.toml: `training\.method`",
        "got 'qlora'",
        with_settings("[training]\nmethod = 'qlora'\n"),
    ),
    Mistake(
        "two settings contradict each other",
        "rft run",
        WRONG_INPUT,
        "must be above",
        r"rft\.toml: training\.max_row_tokens \(1024\)",
        "rft config show quickstart",
        with_settings("[training]\nmax_row_tokens = 1024\n"),
    ),
    Mistake(
        "the recipe is misspelt",
        "rft run",
        WRONG_INPUT,
        "there is no recipe",
        "'quikstart'",
        "Did you mean 'quickstart'",
        with_settings("recipe = 'quikstart'\n"),
    ),
    Mistake(
        "the configuration is not there",
        "rft run --config conf.toml",
        WRONG_INPUT,
        "there is no configuration file",
        r"conf\.toml",
        "Check the path",
    ),
    Mistake(
        "the configuration is a folder",
        "rft run --config tasks",
        WRONG_INPUT,
        "cannot be read: Is a directory",
        "tasks",
        "Check the path",
    ),
    Mistake(
        "the configuration shown is wrong",
        "rft config show",
        WRONG_INPUT,
        "there is no setting",
        r"rft\.toml: .*`rouds`",
        "Did you mean `rounds`",
        with_settings("rouds = 3\n"),
    ),
]
