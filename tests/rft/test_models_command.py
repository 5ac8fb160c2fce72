"""`rft models`: what is listed and told without loading anything, fetching from a loopback Hub, importing GGUF files."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from rft.cli import cli
from rft.errors import InputError
from rft.modelling import getting
from rft.modelling.listing import _cached
from rft.modelling.machine import Machine
from rft.modelling.names import known_names
from rft.modelling.rendering import Rendered, combinations
from rft.needs import model_facts
from rollouts.errors import ChildDied, ModelError
from rollouts.models import imported_names, resolve_model
from rollouts.policy import Policy
from rollouts.tiny import CHAT_TEMPLATE
from tests.fakes.hub import NAME, FakeHub, serving
from tests.rollouts.gguf_world import weights, write_gguf

MACHINE = Machine("cpu", 16 * 10**9, 10**12, dequantised=True)


@pytest.fixture(autouse=True)
def place(tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, a cache with the tiny model, an empty Hub cache, and a machine of 16 GB."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RFT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr("rft.modelling.machine.this_machine", lambda: MACHINE)
    shutil.copytree(tiny_model, tmp_path / "cache" / "models" / "tiny-random")
    return tmp_path


@pytest.fixture
def no_rendering(monkeypatch: pytest.MonkeyPatch) -> None:
    """No child is started for the chat template."""
    made_up = [Rendered(system=False, thinking=True, holds=False, how="as made up")]
    monkeypatch.setattr("rft.modelling.rendering.dry_rendering", lambda _folder: made_up)


def rft(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ("models", *arguments))


def told(*arguments: str) -> Any:
    result = rft(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def error_of(*arguments: str) -> str:
    error = rft(*arguments).exception
    assert isinstance(error, InputError | ModelError), error
    assert error.hint
    return str(error)


def in_hub_cache(place: Path, model: Path, name: str) -> Path:
    snapshot = place / "hub" / f"models--{name.replace('/', '--')}" / "snapshots" / ("0" * 40)
    shutil.copytree(model, snapshot)
    (snapshot.parents[1] / "refs").mkdir()
    (snapshot.parents[1] / "refs" / "main").write_text("0" * 40)
    return snapshot


def test_what_is_listed(place: Path, tiny_model: Path) -> None:
    whole, part = in_hub_cache(place, tiny_model, "owner/whole"), in_hub_cache(place, tiny_model, "owner/part")
    (part / "model.safetensors").unlink()
    shutil.copytree(tiny_model, place / "mine")
    (place / "hub" / "models--owner--other" / "refs").mkdir(parents=True)
    models = {model["name"]: model for model in told("list", "mine")["models"]}
    assert {"smollm2", "tiny-random", "mlx-community/Qwen3.5-4B-4bit", "owner/whole", "owner/part", "mine"} <= models.keys()
    tiny = models["tiny-random"]
    assert (tiny["facts"]["family"], tiny["facts"]["layers"], tiny["needs"]["fits"]) == ("llama", 2, True)
    far = models["mlx-community/Qwen3.5-4B-4bit"]
    assert (far["folder"], far["needs"]["lacking"]) == (None, ["sampling", "training"])
    assert far["bytes"] > 10**9
    assert (models["owner/whole"]["folder"], models["owner/whole"]["missing"]) == (str(whole), [])
    assert models["owner/part"]["missing"] == ["model.safetensors"]
    words = rft("list").output
    assert "owner/part is not whole: model.safetensors missing" in words
    assert "16.0 GB of memory" in words


def test_a_model_of_a_kind_that_is_not_known_is_listed(place: Path) -> None:
    (place / "odd").mkdir()
    (place / "odd" / "config.json").write_text('{"model_type": "wav2vec2"}')
    (odd,) = [model for model in told("list", "odd")["models"] if model["name"] == "odd"]
    assert (odd["facts"], odd["needs"]) == (None, None)
    assert "sizes not known" in rft("list", "odd").output


@pytest.mark.parametrize("text", [None, "{", "\xff"])
def test_a_folder_that_is_none_of_a_model(place: Path, text: str | None) -> None:
    (place / "bad").mkdir()
    if text is not None:
        (place / "bad" / "config.json").write_text(text, encoding="latin-1")
    assert "not a model folder" in error_of("list", "bad")
    assert "not a model folder" in error_of("show", "bad")


def test_what_is_shown() -> None:
    shown = told("show", "tiny-random")
    assert (shown["facts"]["layers"], shown["facts"]["context"], shown["needs"]["fits"]) == (2, 4096, True)
    assert [(each["system"], each["thinking"], each["holds"]) for each in shown["chat_template"]] == [
        (False, False, True), (False, True, False), (True, False, True), (True, True, False),
    ]  # fmt: skip


@pytest.mark.usefixtures("no_rendering")
def test_needs_grow_with_n() -> None:
    few, many = (told("show", "tiny-random", "--n", count)["needs"] for count in ("2", "64"))
    assert (few["rows"], many["rows"]) == (2, 64)
    assert few["sampling"] < many["sampling"]
    words = rft("show", "tiny-random").output
    assert "no  no system    thinking on   as made up" in words
    assert "the recipe smoke" in words


@pytest.mark.usefixtures("no_rendering")
def test_settings_come_from_the_configuration_here(place: Path) -> None:
    (place / "rft.toml").write_text('model = "tiny-random"\n[sampling]\nn = 5\n')
    assert told("show", "tiny-random")["needs"]["rows"] == 5
    assert "told for      rft.toml" in rft("show", "tiny-random").output


def test_a_model_that_is_not_here_is_told_of() -> None:
    words = rft("show", "mlx-community/Qwen3.5-4B-4bit").output
    assert "not on this machine" in words
    assert "the recipe qwen3.5-4b" in words
    assert "nothing is known" in error_of("show", "nobody/nothing")


def test_a_broken_tokenizer_is_told_and_the_rest_too(place: Path, tiny_model: Path) -> None:
    shutil.copytree(tiny_model, place / "broken")
    (place / "broken" / "tokenizer.json").write_text("{}")
    shown = told("show", "broken")
    assert shown["chat_template"] is None
    assert shown["chat_template_problem"]
    assert shown["needs"]["fits"]


class _Talks:
    """A tokenizer with some chat template, as far as a rendering needs it."""

    def __init__(self, template: str | None, base: Any) -> None:
        self.chat_template, self._base = template, base

    def apply_chat_template(self, messages: Any, **options: Any) -> Any:
        return self._base.apply_chat_template(messages, chat_template=self.chat_template, **options)


REFUSES_SYSTEM = "{% if messages[0].role == 'system' %}{{ raise_exception('no') }}{% endif %}"
THINKS = "{% if enable_thinking %}<think>{% else %}<think></think>{% endif %}"


@pytest.mark.parametrize(
    ("template", "holding"),
    [
        (CHAT_TEMPLATE, [True, False, True, False]),
        (CHAT_TEMPLATE + THINKS, [True, True, True, True]),
        (CHAT_TEMPLATE + "<think>", [False, True, False, True]),
        ("{{ raise_exception('no') }}", [False, False, False, False]),
        (
            REFUSES_SYSTEM + CHAT_TEMPLATE,
            [True, False, True, False],
        ),
    ],
)
def test_the_four_combinations(tiny_policy: Policy, template: str, holding: list[bool]) -> None:
    found: list[Rendered] = combinations(_Talks(template, tiny_policy.tokenizer))  # type: ignore[arg-type]
    assert [each.holds for each in found] == holding
    merged = "head of the user's turn" in found[2].how
    assert merged == template.startswith(REFUSES_SYSTEM)


def test_a_base_model_has_no_combination(tiny_policy: Policy) -> None:
    assert combinations(_Talks(None, tiny_policy.tokenizer)) == []  # type: ignore[arg-type]


def get(hub: FakeHub, home: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """`rft models get` as a person gives it, against the loopback."""
    around = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    around |= {"HF_ENDPOINT": hub.url, "HF_HOME": str(home), "HF_HUB_DISABLE_TELEMETRY": "1", **environment}
    command = [sys.executable, "-c", "from rft.cli import main; main()", "models", "get", NAME]
    around["PYTHONPATH"] = str(Path(getting.__file__).parents[2])
    return subprocess.run(command, env=around, capture_output=True, text=True, check=False)


@pytest.fixture
def hub(tiny_model: Path) -> Iterator[FakeHub]:
    files = {file.name: file.read_bytes() for file in tiny_model.iterdir()} | {"README.md": b"x", "pytorch_model.bin": b"y"}
    with serving(FakeHub(files)) as served:
        yield served


def test_a_fetch_that_was_cut_short_goes_on(hub: FakeHub, tmp_path: Path, tiny_model: Path) -> None:
    hub.files["model.safetensors"] = bytes(25_000_000)
    hub.cut["model.safetensors"] = 15_000_000
    first = get(hub, tmp_path / "home")
    assert first.returncode == 0, first.stderr
    folder = Path(first.stdout.strip())
    assert (folder / "model.safetensors").read_bytes() == hub.files["model.safetensors"]
    assert any(asked.startswith("bytes=1") for _, _, asked in hub.asked), "from where it was cut"
    assert sorted(set(hub.fetched())) == sorted(file.name for file in tiny_model.iterdir()), "nothing but the model"
    assert "%" not in first.stderr, "no progress bars in a pipe"
    hub.asked.clear()
    again = get(hub, tmp_path / "home")
    assert (again.stdout, hub.asked) == (first.stdout, []), "what is here is not asked for again"


def test_the_disk_is_checked_before_the_first_byte(hub: FakeHub, tmp_path: Path) -> None:
    hub.sizes["model.safetensors"] = 10**15
    result = get(hub, tmp_path / "home")
    assert result.returncode == 2
    assert "1000000.0 GB more" in result.stderr
    assert hub.fetched() == []


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (401, "RepoNotFound", "HF_TOKEN"),
        (403, "GatedRepo", "agreement"),
        (404, "RepoNotFound", "there is no model"),
    ],
)
def test_refusals_of_the_hub(hub: FakeHub, tmp_path: Path, status: int, code: str, words: str) -> None:
    hub.status, hub.code = status, code
    result = get(hub, tmp_path / "home")
    assert (result.returncode, "Traceback" in result.stderr) == (2, False)
    assert words in result.stderr
    assert f"({status})" in result.stderr


def test_off_line_and_unreachable(hub: FakeHub, tmp_path: Path) -> None:
    result = get(hub, tmp_path / "home", HF_HUB_OFFLINE="1")
    assert (result.returncode, hub.asked) == (2, [])
    assert "off-line mode is on" in result.stderr
    result = get(hub, tmp_path / "home", HF_ENDPOINT="http://127.0.0.1:9")
    assert result.returncode == 2
    assert "could not be reached" in result.stderr


def test_a_model_without_weights_that_mlx_reads(hub: FakeHub, tmp_path: Path) -> None:
    del hub.files["model.safetensors"]
    result = get(hub, tmp_path / "home")
    assert result.returncode == 2
    assert "no model that MLX reads" in result.stderr
    assert hub.fetched() == []


@pytest.mark.usefixtures("no_rendering")
def test_a_gguf_file_becomes_a_model(place: Path) -> None:
    write_gguf(place / "My Model.Q4.gguf")
    result = rft("import-gguf", "My Model.Q4.gguf")
    assert result.exit_code == 0, result.output
    folder = place / "cache" / "models" / "My-Model.Q4"
    assert resolve_model("My-Model.Q4", place / "log") == folder
    assert [path.name for path in folder.parent.iterdir() if path.name.startswith(".")] == []
    assert told("show", "My-Model.Q4")["kind"] == "imported"
    assert "already" in error_of("import-gguf", "My Model.Q4.gguf")
    assert rft("import-gguf", "My Model.Q4.gguf", "--name", "other").exit_code == 0
    assert {"My-Model.Q4", "other"} <= {model["name"] for model in told("list")["models"]}


def test_hostile_gguf_files_leave_nothing(place: Path) -> None:
    whole = write_gguf(place / "whole.gguf").read_bytes()
    (place / "cut.gguf").write_bytes(whole[: len(whole) // 2])
    assert "cut off" in error_of("import-gguf", "cut.gguf")
    from rollouts.device import mx

    write_gguf(place / "odd.gguf", weights(**{"vision.weight": mx.zeros((8,))}))
    assert "the tensor vision.weight" in error_of("import-gguf", "odd.gguf")
    assert "no file" in error_of("import-gguf", "absent.gguf")
    assert "cannot be the name" in error_of("import-gguf", "whole.gguf", "--name", "smollm2")
    assert "cannot be the name" in error_of("import-gguf", "whole.gguf", "--name", "../up")
    assert [path.name for path in (place / "cache" / "models").iterdir()] == ["tiny-random"]


def test_importing_wants_room(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_gguf(place / "whole.gguf")
    monkeypatch.setattr(getting, "SPARE_BYTES", 10**18)
    assert "are free" in error_of("import-gguf", "whole.gguf")
    assert not (place / "cache" / "models" / "whole").exists()


@pytest.mark.parametrize("file", ["config.json", "model.safetensors.index.json"])
@pytest.mark.parametrize("text", ['{"weight_map": ', "[1]", "[" * 100_000, '{"weight_map": {"a": {}}}'])
def test_a_damaged_model_does_not_hide_the_others(place: Path, tiny_model: Path, file: str, text: str) -> None:
    (in_hub_cache(place, tiny_model, "some/damaged") / file).write_text(text)
    models = {model["name"]: model for model in told("list")["models"]}
    assert models["tiny-random"]["needs"] is not None
    assert models["some/damaged"]["missing"] == ([file] if "index" in file else [])


def test_without_a_home_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless(*_arguments: object) -> Path:
        raise RuntimeError("Could not determine home directory.")

    for name in ("RFT_CACHE", "XDG_CACHE_HOME", "HF_HOME", "HF_HUB_CACHE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", "~/hub")
    monkeypatch.setattr("pathlib.Path.home", homeless)
    monkeypatch.setattr("pathlib.Path.expanduser", homeless)
    assert imported_names() == []
    assert "tiny-random" in known_names()
    assert model_facts("smollm2") is not None
    assert list(_cached()) == []


def test_a_child_that_dies_sends_nobody_to_a_log_that_is_gone(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(_source: Path, _name: str, log: Path) -> Path:
        raise ChildDied("ended with exit code 1", hint=f"Its log is {log}.")

    monkeypatch.setattr(getting, "import_file", dies)
    error = rft("import-gguf", str(write_gguf(place / "small.gguf"))).exception
    assert isinstance(error, ChildDied)
    assert "log" not in error.hint


def test_a_cache_in_which_nothing_can_be_made(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "file").write_text("")
    monkeypatch.setenv("RFT_CACHE", str(place / "file"))
    file = str(write_gguf(place / "small.gguf"))
    for arguments in (["get", "tiny-random"], ["import-gguf", file]):
        assert error_of(*arguments) == f"no model can be made in {place / 'file' / 'models'}: Not a directory."
