"""Keys: whether there is one and what uses it is told; its text is in no output, wherever it was planted."""

import json
import string
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from rft.cli import cli
from rft.doctor import examination
from rft.doctor.keys import anthropic_source, look
from rft.doctor.secrets import Scrubber, is_secret, looks_random
from rft.doctor.variables import look_at_variables, shown
from tests.rft.doctor_world import FACTS, by_name, scene

KEY = "sk-ant-api03-Zq7Lw2Xv9Tb4"
RANDOM = "Zq7Lw2Xv9Tb4Kd8Pm3Rs6Yn1"
HUB = "hf_AbCdEfGhIjKlMnOpQrStUvWx"
VARIABLES = (
    "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_PROFILE", "ANTHROPIC_CONFIG_DIR", "ANTHROPIC_BASE_URL",
    "HF_TOKEN", "HF_HOME", "HF_HUB_CACHE", "HF_ENDPOINT", "HF_TOKEN_PATH", "HUGGING_FACE_HUB_TOKEN", "OPENAI_API_KEY",
    "SERVER_KEY", "RFT_CACHE", "RFT_BLAS", "MLX_SOMETHING", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "GLIBC_TUNABLES",
    "PYTHONPATH", "NO_COLOR", "TERM", "XDG_CACHE_HOME", "HTTPS_PROXY", "SOME_PASSWORD", "TMPDIR", "HOME", "EDITOR", "COLUMNS",
)  # fmt: skip


@pytest.fixture
def nothing_heavy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A doctor that starts no child, in an empty folder."""
    monkeypatch.setattr(examination, "SECTIONS", tuple(name for name in examination.SECTIONS if name != "luau"))
    monkeypatch.setattr("rft.doctor.scene.stream_child", lambda *_arguments: iter([FACTS]))
    monkeypatch.setattr("rft.doctor.recipes.recipe_names", lambda: ("smoke",))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(*options: str) -> str:
    """All that the doctor says."""
    return CliRunner().invoke(cli, ["doctor", *options]).output


@pytest.mark.parametrize("key", [KEY, RANDOM, HUB, f"https://user:{RANDOM}@proxy.example:8080", f" {KEY}\nx"])
def test_a_key_in_any_variable_is_in_no_output(nothing_heavy: Path, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    for name in VARIABLES:
        monkeypatch.setenv(name, key)
    (nothing_heavy / "rft.toml").write_text(
        'reward.mode = "judged"\njudge.backend = "claude"\n[sampling.endpoint]\nurl = "http://10.0.0.1/v1"\nmodel = "m"\n'
        'key_env = "SERVER_KEY"\n'
    )
    secret = next(part for part in (RANDOM, KEY, HUB) if part in key)
    for words in (said(), said("--json")):
        assert secret not in words
        assert secret[8:20] not in words
        assert secret[-8:] not in words
        assert "ANTHROPIC_API_KEY" in words
        assert "Traceback" not in words


def test_a_key_in_the_configuration_is_in_no_output(nothing_heavy: Path) -> None:
    for text in (f'model = "{KEY}"', f'judge.effort = "{KEY}"', f'data.tasks = "{KEY}"', f'model = "owner/{HUB}"'):
        (nothing_heavy / "rft.toml").write_text(text)
        words = said("--json")
        assert KEY not in words
        assert HUB not in words
        assert "[hidden]" in words


def test_a_token_in_a_file_is_in_no_output(nothing_heavy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    token = "a token without any known form"
    monkeypatch.setenv("HF_HOME", str(nothing_heavy))
    monkeypatch.delenv("HF_TOKEN", raising=False)
    (nothing_heavy / "token").write_text(f"{token}\n")
    (nothing_heavy / "rft.toml").write_text(f'model = "{token}"')
    words = said("--json")
    assert token not in words
    assert f"present, from {nothing_heavy / 'token'}" in words


def test_where_the_key_is_from_and_what_uses_it(tmp_path: Path) -> None:
    environment = {"HOME": str(tmp_path), "ANTHROPIC_CONFIG_DIR": str(tmp_path / "none"), "HF_HOME": str(tmp_path)}
    found = by_name(look(scene(tmp_path, environment)))["ANTHROPIC_API_KEY"]
    assert found.ok
    assert found.text == 'not set; nothing here uses it: only judge.backend = "claude" would'
    (tmp_path / "rft.toml").write_text('judge.backend = "claude"')
    missing = by_name(look(scene(tmp_path, environment)))["ANTHROPIC_API_KEY"]
    assert (missing.ok, missing.needed) == (False, True)
    assert missing.fix == "read -rs ANTHROPIC_API_KEY && export ANTHROPIC_API_KEY"
    present = by_name(look(scene(tmp_path, {**environment, "ANTHROPIC_API_KEY": KEY})))["ANTHROPIC_API_KEY"]
    assert present.text == 'present, from ANTHROPIC_API_KEY; judge.backend = "claude" uses it'
    torn = by_name(look(scene(tmp_path, {**environment, "ANTHROPIC_API_KEY": "sk-ant a"})))["ANTHROPIC_API_KEY"]
    assert "holds a space" in torn.text
    assert torn.needed
    (tmp_path / "rft.toml").write_text("x = = 1")
    unknown = by_name(look(scene(tmp_path, environment)))["ANTHROPIC_API_KEY"]
    assert (unknown.ok, unknown.text) == (True, "not set; what uses it is not known while rft.toml cannot be used")
    (tmp_path / "rft.toml").write_text('judge.backend = "claude"\njudge.recorded = true')
    assert by_name(look(scene(tmp_path, environment)))["ANTHROPIC_API_KEY"].ok


def test_the_credential_is_looked_for_in_the_order_of_the_sdk(tmp_path: Path) -> None:
    def source(**environment: str) -> str | None:
        return anthropic_source(scene(tmp_path, {"ANTHROPIC_CONFIG_DIR": str(tmp_path), **environment}))

    assert source() is None
    assert source(ANTHROPIC_API_KEY="  ") is None
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "default.json").write_text("{}")
    assert source() == f"the profile {tmp_path / 'configs' / 'default.json'}"
    (tmp_path / "active_config").write_text("work\n")
    assert source() is None
    federation = {"ANTHROPIC_FEDERATION_RULE_ID": "r", "ANTHROPIC_ORGANIZATION_ID": "o"}
    assert source(**federation) is None
    assert source(**federation, ANTHROPIC_IDENTITY_TOKEN="t") == "ANTHROPIC_FEDERATION_RULE_ID"
    assert source(ANTHROPIC_PROFILE="nobody's", **federation, ANTHROPIC_IDENTITY_TOKEN="t") is None, "it is not there"
    assert source(ANTHROPIC_PROFILE="default") == "ANTHROPIC_PROFILE"
    assert source(ANTHROPIC_AUTH_TOKEN="t") == "ANTHROPIC_AUTH_TOKEN"
    assert source(ANTHROPIC_AUTH_TOKEN="t", ANTHROPIC_API_KEY="k") == "ANTHROPIC_API_KEY"


def test_the_key_of_an_endpoint_is_looked_for_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "rft.toml").write_text('[sampling.endpoint]\nurl = "http://h/v1"\nmodel = "m"\nkey_env = "SERVER_KEY"\n')
    assert "not set" in by_name(look(scene(tmp_path)))["endpoint's key"].text
    assert "present" in by_name(look(scene(tmp_path, {"SERVER_KEY": "k"})))["endpoint's key"].text


@settings(max_examples=40)
@given(st.text(alphabet=string.printable, min_size=8), st.text(), st.text())
def test_what_a_secret_variable_holds_is_taken_out(secret: str, before: str, after: str) -> None:
    scrubbed = Scrubber({"ANY_TOKEN": secret})(f"{before}{secret}{after}")
    assert secret not in scrubbed.replace("[hidden]", "")


def test_short_values_and_words_are_left() -> None:
    scrub = Scrubber({"HF_HUB_DISABLE_IMPLICIT_TOKEN": "1", "KEYBOARD": "qwertzuiop", "LANG": "en_GB.UTF-8"})
    assert scrub("1 of 11 runs, qwertzuiop en_GB.UTF-8") == "1 of 11 runs, qwertzuiop en_GB.UTF-8"
    assert scrub("from https://me:secret@example.org/x") == "from https://[hidden]example.org/x"


def test_names_of_secrets_and_texts_that_look_random() -> None:
    assert all(map(is_secret, ("HF_TOKEN", "my_api_key", "DB_PASSWORD", "AWS_SECRET_ACCESS_KEY")))
    assert not any(map(is_secret, ("TOKENIZERS_PARALLELISM", "GIT_AUTHOR_NAME", "KEYBOARD_LAYOUT")))
    assert looks_random(RANDOM)
    assert looks_random("0123456789abcdef0123456789abcdef")
    assert not any(map(looks_random, ("/home/Me/models-2024/Qwen3", "glibc.malloc.hugetlb=1", "mlx-community", "short1A")))


def test_variables_that_matter_are_shown_and_secret_ones_are_not() -> None:
    environment = {"OPENBLAS_NUM_THREADS": "2", "HF_HOME": "/big/disk", "HF_TOKEN": KEY, "MLX_X": RANDOM, "PATH": "/bin"}
    found = by_name(look_at_variables(environment))
    assert found["variables you set"].text == (
        "HF_HOME=/big/disk, HF_TOKEN=(set, not shown), MLX_X=(set, not shown), OPENBLAS_NUM_THREADS=2"
    )
    assert "GLIBC_TUNABLES=glibc.malloc.hugetlb=1" in found["variables rft sets"].text
    yours = by_name(look_at_variables({"GLIBC_TUNABLES": "glibc.malloc.arena_max=1"}))
    assert "nothing, yours stand" in yours["variables rft sets"].text
    assert shown("HF_ENDPOINT", "https://me:pw@host") == "(set, not shown)"


def test_the_json_form_is_stable(nothing_heavy: Path) -> None:
    told = json.loads(CliRunner().invoke(cli, ["doctor", "--json"]).stdout)
    assert told.keys() == {"ready", "findings", "commands", "memory", "recipes"}
    for finding in told["findings"]:
        assert finding.keys() == {"name", "section", "ok", "needed", "text", "fix"}
        assert finding["section"] in (*examination.SECTIONS, "recipes")
        assert finding["ok"] == (finding["fix"] == "")
    assert nothing_heavy.is_dir()
