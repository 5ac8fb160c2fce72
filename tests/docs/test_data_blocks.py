"""The TOML and JSON of README.md and docs/ can be read; what shows settings is a configuration, what shows a task is one."""

import json
import tomllib
from pathlib import Path

import pytest

from eval.task import load_tasks
from rft.config import QUICKSTART, load_config
from rft.demonstrations import load_demonstrations
from tests.docs.blocks import PAGES, blocks_of

BLOCKS = {page.name: list(blocks_of(page.read_text(encoding="utf-8"))) for page in PAGES}


def of(language: str, *pages: str) -> list[object]:
    """The blocks as parameters, of all pages where none is named."""
    return [
        pytest.param(block.text, id=f"{page}:{block.line}")
        for page in pages or BLOCKS
        for block in BLOCKS[page]
        if block.language == language
    ]


@pytest.mark.parametrize("text", of("toml"))
def test_toml_can_be_read(text: str) -> None:
    assert tomllib.loads(text) or text.startswith("#")


@pytest.mark.parametrize("text", of("json", "data.md"))
def test_rows_are_rows(text: str, tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(json.dumps(json.loads(text)), encoding="utf-8")
    assert len(load_demonstrations(file)) >= 1


@pytest.mark.parametrize("text", of("toml", "README.md", "recipes.md", "judging.md"))
def test_settings_are_a_configuration(text: str, tmp_path: Path) -> None:
    file = tmp_path / "rft.toml"
    file.write_text(text, encoding="utf-8")
    load_config(file, QUICKSTART, {})


def test_the_task_is_a_task(tmp_path: Path) -> None:
    (shown,) = [block for block in BLOCKS["writing-tasks.md"] if block.language == "toml" and block.text.startswith("prompt")]
    (tmp_path / "sum-list.toml").write_text(shown.text, encoding="utf-8")
    (task,) = load_tasks(tmp_path)
    assert (task.id, task.entry_point) == ("sum-list", "sumList")
