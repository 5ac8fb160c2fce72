"""Mistakes at the keyboard: commands, options and values that are none."""

from tests.rft.mistakes import WRONG_INPUT, Mistake

TYPING = [
    Mistake("a command is misspelt", "rft rnu", WRONG_INPUT, "No such command", "'rnu'", "Did you mean 'run'"),
    Mistake(
        "a command of a group is misspelt", "rft adapters lst", WRONG_INPUT, "No such command", "'lst'", "Did you mean 'list'"
    ),
    Mistake("an option is misspelt", "rft run --round 3", WRONG_INPUT, "No such option", "--round", "--rounds"),
    Mistake("an option is of another command", "rft status --json --watch", WRONG_INPUT, "No such option", "--watch", "--help"),
    Mistake("a number is negative", "rft run --rounds -1", WRONG_INPUT, "-1 is not in the range", "--rounds", "x>=0"),
    Mistake(
        "a number is a word", "rft run --seed luck", WRONG_INPUT, "'luck' is not a valid integer", "--seed", "rft run --help"
    ),
    Mistake("a choice is none of those", "rft run --judge gpt", WRONG_INPUT, "'gpt' is not one of", "--judge", "'claude'"),
    Mistake("an argument is missing", "rft show", WRONG_INPUT, "Missing argument", "TASK", "rft show --help"),
    Mistake("an option has no value", "rft run --name", WRONG_INPUT, "requires an argument", "--name", "rft COMMAND --help"),
    Mistake(
        "an argument is too much", "rft run quickstart", WRONG_INPUT, "unexpected extra argument", "quickstart", "rft run --help"
    ),
    Mistake(
        "two options exclude each other",
        "rft run --smoke --config rft.toml",
        WRONG_INPUT,
        "recipe of its own",
        "--smoke",
        "leave --config out",
    ),
    Mistake("two forms are asked for", "rft cost --json --csv", WRONG_INPUT, "Give one of", "--json and --csv", "Give one"),
    Mistake(
        "a shell that nobody completes",
        "rft completion powershell",
        WRONG_INPUT,
        "is not one of",
        "'powershell'",
        "'bash', 'zsh', 'fish'",
    ),
    Mistake(
        "a recipe that there is not",
        "rft config show qwen3.5-4",
        WRONG_INPUT,
        "there is no recipe",
        "'qwen3.5-4'",
        "Did you mean 'qwen3.5-4b'",
    ),
]
