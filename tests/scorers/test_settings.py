"""Settings from code, from a file and from comments."""

from pathlib import Path

import pytest

from scorers import Scorer
from scorers.errors import SettingsError
from scorers.settings import Setting, read_settings, settings

LOOP = 'while true do\n\tprint("x")\nend\n'


def checks(scorer: Scorer, code: str = LOOP) -> set[str]:
    return {found.check for found in scorer.score(code).diagnostics}


def test_a_check_is_switched_off() -> None:
    assert "infinite-loop-no-yield" in checks(Scorer())
    for off in ("off", False):
        assert "infinite-loop-no-yield" not in checks(Scorer({"infinite-loop-no-yield": off}))


def test_severity_and_weight() -> None:
    usual = Scorer().score(LOOP).scores["bugs"]
    milder = Scorer({"infinite-loop-no-yield": "info"}).score(LOOP)
    assert milder.diagnostics[0].severity == "info"
    assert usual < milder.scores["bugs"] < 1.0
    weightless = Scorer({"infinite-loop-no-yield": {"weight": 0}}).score(LOOP)
    assert weightless.scores["bugs"] == 1.0
    assert weightless.diagnostics[0].severity == "error"


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("fatal", "cannot have the severity 'fatal'"),
        (3, "cannot be set to 3"),
        ({"weight": 2}, "cannot be set to"),
        ({"weight": True}, "cannot be set to"),
        ({"sevrity": "info"}, "cannot be set to"),
    ],
)
def test_a_wrong_setting_is_refused(setting: Setting, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        settings({"infinite-loop-no-yield": setting})


def test_a_misspelt_check_names_the_nearest() -> None:
    with pytest.raises(SettingsError) as caught:
        settings({"infinite-loop-no-yeld": "off"})
    assert caught.value.hint == "Did you mean `infinite-loop-no-yield`?"


def test_a_file(tmp_path: Path) -> None:
    file = tmp_path / "scorers.toml"
    file.write_text('allow-comments = true\n[checks]\ninfinite-loop-no-yield = "off"\n')
    read = read_settings(file)
    assert read.allow_comments
    assert "infinite-loop-no-yield" not in checks(Scorer(read))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("checks = 1", "a table"),
        ('[check]\nx = "off"', "no key `check`"),
        ("allow-comments = 1", "true or false"),
        ("[checks", "no TOML"),
        ('[checks]\nnope = "off"', "no check `nope`"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "scorers.toml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=message):
        read_settings(file)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        read_settings(tmp_path / "none.toml")


@pytest.mark.parametrize(
    "code",
    [
        "-- scorers: allow(infinite-loop-no-yield)\n" + LOOP,
        "-- scorers: allow(long-line, infinite-loop-no-yield)\n\n" + LOOP,
        'while true do -- scorers: allow(infinite-loop-no-yield)\n\tprint("x")\nend\n',
        "do\n\t-- scorers: allow(infinite-loop-no-yield)\n\twhile true do\n\t\tprint(1)\n\tend\nend",
    ],
)
def test_a_comment_silences_a_check_where_comments_count(code: str) -> None:
    assert "infinite-loop-no-yield" not in checks(Scorer(allow_comments=True), code)
    assert "infinite-loop-no-yield" in checks(Scorer(), code)


@pytest.mark.parametrize(
    "code",
    [
        LOOP + "-- scorers: allow(infinite-loop-no-yield)",
        "-- scorers: allow(infinite-loop-no-yield)\nlocal x = 1\nprint(x)\n" + LOOP,
        "-- scorers: allow(unused-variable)\n" + LOOP,
        "print('-- scorers: allow(infinite-loop-no-yield)')\n" + LOOP,
    ],
)
def test_a_comment_speaks_of_its_own_statement_only(code: str) -> None:
    assert "infinite-loop-no-yield" in checks(Scorer(allow_comments=True), code)
