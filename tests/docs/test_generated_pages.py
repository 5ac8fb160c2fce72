"""docs/configuration.md and docs/commands.md: current, and nothing left out."""

from pathlib import Path

import pytest

from rft.cli import COMMANDS, cli
from rft.config import RftConfig, flat
from rft.recipes import recipe_names
from scripts import commands_page, settings_page
from scripts.build_docs import DOCS, pages


@pytest.mark.parametrize("file", [pytest.param(DOCS / name, id=name) for name in (settings_page.NAME, commands_page.NAME)])
def test_a_made_page_is_current(file: Path) -> None:
    current = file.read_text(encoding="utf-8") == pages()[file]
    assert current, f"docs/{file.name} is not current: run `python -m scripts.build_docs`"


def test_every_setting_has_an_entry() -> None:
    page = settings_page.page()
    # Neither has settings of its own that are not set: one is unset as a whole, the other empty.
    keys = flat(RftConfig()).keys() - {"sampling.endpoint", "judge.prices"}
    assert [key for key in keys if f"\n### {key}\n" not in page] == []
    assert "\n### sampling.endpoint.url\n\ntext, not empty; no default\n" in page
    assert '\n### judge.prices."NAME".input\n\nnumber, at least 0; no default\n' in page


def test_an_entry_says_type_range_default_meaning_and_recipes() -> None:
    (entry,) = [text for text in settings_page.page().split("\n### ") if text.startswith("sampling.n\n")]
    _, kind, meaning, recipes = entry.strip().split("\n\n")
    assert (kind, meaning) == ("whole number, at least 1; default `8`", "Candidates per task and round.")
    assert recipes.startswith("Recipes: `4` in `quickstart`")
    assert "`2` in `smoke`" in recipes


def test_recipes_that_set_the_default_are_not_named() -> None:
    (entry,) = [text for text in settings_page.page().split("\n### ") if text.startswith("data.tasks\n")]
    assert not any(f"`{name}`" in entry for name in recipe_names())


def test_every_command_has_its_options_and_an_example() -> None:
    entries = {text.partition("\n")[0]: text for text in commands_page.page().replace("\n### ", "\n## ").split("\n## ")}
    for words, command in commands_page.walk("rft", cli):
        if words == "rft":
            continue
        assert words in entries
        options = [name for parameter in command.params for name in parameter.opts if name.startswith("--")]
        assert [option for option in options if f"{option}" not in entries[words]] == []
        assert "```sh\nrft" in entries[words] or getattr(command, "commands", None)
    assert {f"rft {name}" for name in COMMANDS} <= entries.keys()


def test_what_is_not_run_is_a_command() -> None:
    known = {words for words, _ in commands_page.walk("rft", cli)}
    assert commands_page.NOT_RUN.keys() <= known
