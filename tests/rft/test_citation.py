"""CITATION.cff says what pyproject.toml says."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_citation_is_of_this_package() -> None:
    told = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = told.splitlines()
    assert lines[0] == "cff-version: 1.2.0"
    assert {f"title: {project['name']}", f"version: {project['version']}", f"license: {project['license']}"} <= set(lines)
    assert project["description"] in " ".join(told.split())
    assert [line.strip() for line in lines if "name" in line] == ["- name: The rft contributors"]
