"""What each section of the doctor finds, section by section, without a child process."""

import importlib.metadata
import shutil
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from rft.doctor import device, disk, installing, model, network, packages, python, terminal
from rft.doctor.finding import Finding
from rft.doctor.installing import BASE, TESTED, install, origin, pip_install
from rft.doctor.model import Place, place_of
from rft.doctor.packages import OPTIONAL
from tests.rft.doctor_world import FACTS, GB, by_name, scene

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty model cache and an empty cache of the Hub."""
    monkeypatch.setenv("RFT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "cache"


def versions(monkeypatch: pytest.MonkeyPatch, **found: str | None) -> None:
    """Other versions of some packages than are installed; None of one that is not."""
    real = importlib.metadata.version
    changed = {name.replace("_", "-"): version for name, version in found.items()}

    def version(name: str) -> str:
        if name not in changed:
            return real(name)
        told = changed[name]
        if told is None:
            raise importlib.metadata.PackageNotFoundError(name)
        return told

    monkeypatch.setattr(importlib.metadata, "version", version)


# Python and packages.


@pytest.mark.parametrize(("version", "ok"), [((3, 10), False), ((3, 11), True), ((3, 13), True), ((3, 14), False)])
def test_versions_of_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: tuple[int, int], ok: bool) -> None:
    monkeypatch.setattr(sys, "version_info", (*version, 0, "final", 0))
    found = by_name(python.look(scene(tmp_path)))["python"]
    assert (found.ok, found.needed) == (ok, not ok)


def test_the_range_is_that_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    above = (python.NEWEST[0], python.NEWEST[1] + 1)
    assert project["requires-python"] == ">={}.{},<{}.{}".format(*python.OLDEST, *above)


def test_the_packages_are_those_of_the_package() -> None:
    tree = tomllib.loads((ROOT / "pyproject.toml").read_text())
    base = {word.partition(";")[0].strip() for word in tree["project"]["dependencies"]}
    assert base <= set(BASE)
    extras = {
        word.partition(">")[0] for name in ("claude", "data", "suites") for word in tree["project"]["optional-dependencies"][name]
    }
    assert extras == set(OPTIONAL)
    assert {f"{name}=={version}" for name, version in TESTED.items()} <= set(tree["tool"]["uv"]["constraint-dependencies"])


def test_all_is_well_here(tmp_path: Path) -> None:
    found = by_name(packages.look(scene(tmp_path)))
    assert {finding.name: finding.text for finding in found.values() if not finding.ok} == {}
    assert found["mlx pair"].text.endswith("the pair that the tests ran with")
    assert str(ROOT) in found["own packages"].text


def test_another_pair_is_told_and_other_backends_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    versions(monkeypatch, mlx="0.33.0", mlx_cpu="0.32.4", mlx_metal=None)
    found = by_name(packages.look(scene(tmp_path)))
    assert (found["mlx pair"].ok, found["mlx pair"].needed) == (False, False)
    assert "mlx 0.33.0 with mlx-lm 0.32.2; the tests ran with mlx 0.32.4" in found["mlx pair"].text
    assert f"mlx-lm=={TESTED['mlx-lm']}" in found["mlx pair"].fix
    assert (found["mlx backend"].ok, found["mlx backend"].needed) == (False, True)
    versions(monkeypatch, mlx_cpu=None, mlx_metal=None)
    monkeypatch.setattr(sys, "platform", "linux")
    assert installing.mlx_requirements()[0] == f"mlx[cpu]=={TESTED['mlx']}"
    versions(monkeypatch, mlx_cpu=None, mlx_cuda_12="0.33.0")
    assert installing.mlx_requirements() == (f"mlx[cuda12]=={TESTED['mlx']}", f"mlx-lm=={TESTED['mlx-lm']}")
    versions(monkeypatch, mlx_cpu=None, mlx_metal=None, mlx_cuda_12=None)
    assert "no computing part" in by_name(packages.look(scene(tmp_path)))["mlx backend"].text


def test_packages_of_a_judge_are_needed_where_one_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    versions(monkeypatch, anthropic=None)
    assert by_name(packages.look(scene(tmp_path)))["anthropic"].text == "not installed (for a judge at Anthropic)"
    (tmp_path / "rft.toml").write_text('judge.backend = "claude"')
    found = by_name(packages.look(scene(tmp_path)))["anthropic"]
    assert (found.ok, found.needed) == (False, True)


def test_a_package_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installing, "repository", lambda: None)
    found = packages._package("no-such-package-of-ours")
    assert (found.ok, found.needed, found.text) == (False, True, "is not installed")
    assert found.fix.endswith("no-such-package-of-ours")
    assert sys.executable in found.fix


def test_how_packages_are_installed_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "prefix", str(ROOT / ".venv"))
    assert install("mlx") == f"(cd {ROOT} && uv sync)"
    monkeypatch.setattr(installing, "repository", lambda: None)
    monkeypatch.setattr("rft.doctor.installing.importlib.util.find_spec", lambda _name: None)
    assert install("mlx", "numpy>=2") == f"uv pip install --python {sys.executable} mlx 'numpy>=2'"
    monkeypatch.setattr("rft.doctor.installing.importlib.util.find_spec", lambda _name: True)
    assert pip_install("mlx") == f"{sys.executable} -m pip install mlx"


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"INSTALLER": "uv\n"}, "from an index by uv"),
        ({}, "from an index"),
        ({"direct_url.json": '{"url": "file:///a%20b", "dir_info": {"editable": true}}'}, "editable, /a b"),
        ({"direct_url.json": '{"url": "file:///a/b.whl", "archive_info": {}}'}, "from /a/b.whl"),
        (
            {"direct_url.json": '{"url": "https://me:secret@example.org/r.git?t=1", "vcs_info": {}}'},
            "from https://example.org/r.git",
        ),
    ],
)
def test_where_a_package_is_from(files: Mapping[str, str], words: str) -> None:
    class Installed(importlib.metadata.Distribution):
        def read_text(self, filename: str) -> str | None:
            return files.get(filename)

        def locate_file(self, path: Any) -> Any:
            return Path(path)

    assert origin(Installed()) == words


# Device, disk, terminal.


def test_a_slow_blas_is_told_where_it_is_the_reference(tmp_path: Path) -> None:
    slow = {"gflops": 5.5, "blas": "reference", "reason": "no libopenblas", "threads": None}
    found = by_name(device.look(scene(tmp_path, {}, **slow)))["blas"]
    assert (found.ok, found.needed) == (False, False)
    assert "cmeel-openblas" in found.fix
    assert by_name(device.look(scene(tmp_path, {"RFT_BLAS": "none"}, **slow)))["blas"].fix == "unset RFT_BLAS"
    busy = by_name(device.look(scene(tmp_path, {}, gflops=30.0, blas="OpenBLAS", threads=2)))["blas"]
    assert busy.ok
    assert "2 of " in busy.text


def test_the_probe_tells_all_that_is_shown() -> None:
    from rollouts import probe

    sent: list[dict[str, Any]] = []
    probe.work({}, sent.append)
    assert sent[0].keys() == FACTS.keys()
    assert sent[0]["gflops"] > 0
    assert probe.blas_threads(None) is None


def test_the_processor_has_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cpuinfo").write_text("processor : 0\nmodel name\t: Some CPU @ 2 GHz\n")
    monkeypatch.setattr(device, "CPUINFO", tmp_path / "cpuinfo")
    monkeypatch.setattr(sys, "platform", "linux")
    assert device.processor() == "Some CPU @ 2 GHz"
    monkeypatch.setattr(device, "CPUINFO", tmp_path / "none")
    assert device.processor()


def test_a_folder_that_belongs_to_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "runs").mkdir()
    real = disk.unwritable
    denied = PermissionError(13, "Permission denied")
    monkeypatch.setattr(disk, "unwritable", lambda folder: denied if folder.name == "runs" else real(folder))
    found = by_name(disk.look(scene(tmp_path)))
    assert found["runs folder"].fix == f"chmod -R u+rwX {tmp_path / 'runs'}"
    monkeypatch.setattr("os.getuid", lambda: -1)
    assert by_name(disk.look(scene(tmp_path)))["runs folder"].fix == f'sudo chown -R "$(id -un)" {tmp_path / "runs"}'
    assert found["runs folder"].needed
    assert found["workspace folder"].ok
    assert list(tmp_path.iterdir()) == [tmp_path / "runs"]


def test_the_cache_of_the_hub_is_looked_at_where_a_model_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Hub cache" not in by_name(disk.look(scene(tmp_path)))
    (tmp_path / "rft.toml").write_text('recipe = "mistral-7b"')
    assert by_name(disk.look(scene(tmp_path)))["Hub cache"].ok
    usage = type("Usage", (), {"free": GB})
    monkeypatch.setattr("rft.doctor.disk.shutil.disk_usage", lambda _place: usage())
    found = by_name(disk.look(scene(tmp_path)))["Hub cache"]
    assert (found.ok, found.needed) == (False, True)
    assert "the model here takes 4." in found.text


def test_the_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "none: plain lines" in by_name(terminal.look(scene(tmp_path)))["terminal"].text
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "60")
    found = by_name(terminal.look(scene(tmp_path)))["terminal"]
    assert (found.ok, found.fix) == (False, "stty cols 80")
    monkeypatch.setenv("COLUMNS", "100")
    assert "colour" in by_name(terminal.look(scene(tmp_path)))["terminal"].text
    assert "NO_COLOR" in by_name(terminal.look(scene(tmp_path, {"NO_COLOR": "1"})))["terminal"].text


# The model and the network.


def the_model(folder: Path, environment: Mapping[str, str] | None = None) -> tuple[Finding, Finding]:
    made = scene(folder, environment)
    return by_name(model.look(made))["model"], by_name(network.look(made))["network"]


def test_a_model_on_the_hub(tmp_path: Path) -> None:
    (tmp_path / "rft.toml").write_text('model = "owner/name"')
    found, net = the_model(tmp_path)
    assert found.text == "owner/name: on the Hub; the first run fetches it"
    assert net.text == "a run here needs it: the model owner/name comes from the Hub, once"
    found, net = the_model(tmp_path, {"HF_HUB_OFFLINE": "1"})
    assert (found.ok, found.needed, net.ok) == (False, True, False)
    assert found.fix == "unset HF_HUB_OFFLINE TRANSFORMERS_OFFLINE && rft models get owner/name"
    assert net.fix == "unset HF_HUB_OFFLINE TRANSFORMERS_OFFLINE"
    assert the_model(tmp_path, {"TRANSFORMERS_OFFLINE": "1"})[1].ok is False
    assert the_model(tmp_path, {"HF_HUB_OFFLINE": "0", "TRANSFORMERS_OFFLINE": "1"})[1].ok, "the Hub's client reads the first"


def test_places_of_models(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, tiny_model = scene(tmp_path), tmp_path / "tiny"
    tiny_model.mkdir()
    (tiny_model / "config.json").write_text("{}")
    assert place_of(here, "tiny-random") is Place.MADE
    shutil.copytree(tiny_model, cache / "models" / "imported")
    shutil.copytree(tiny_model, cache / "models" / "tiny-random")
    assert place_of(here, "tiny-random") is Place.HERE
    assert place_of(here, "imported") is Place.HERE
    assert place_of(here, str(tiny_model)) is Place.NOWHERE, "a run asks for weights"
    (tiny_model / "model.safetensors").write_text("")
    assert place_of(here, str(tiny_model)) is Place.HERE
    assert place_of(here, "./none") is Place.NOWHERE
    assert place_of(here, "a/b/c") is Place.NOWHERE
    assert place_of(here, "~nobody-has-this-name/model") is Place.NOWHERE
    assert place_of(here, "owner/-bad--name..") is Place.NOWHERE
    snapshot = tmp_path / "hub" / "models--owner--name" / "snapshots" / ("a" * 40)
    (tmp_path / "hub" / "models--owner--name" / "refs").mkdir(parents=True)
    (tmp_path / "hub" / "models--owner--name" / "refs" / "main").write_text("a" * 40)
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").write_text("{}")
    assert place_of(here, "owner/name") is Place.PARTLY
    monkeypatch.setattr("rft.doctor.model.importlib.util.find_spec", lambda _name: None)
    assert place_of(here, "smollm2") is Place.NOWHERE
    found, _ = the_model(tmp_path)
    assert (found.needed, found.text) == (True, "smollm2: its package is not installed")


def test_who_is_asked_over_the_network(tmp_path: Path) -> None:
    assert the_model(tmp_path)[1].text == "a run here needs no network"
    toml = tmp_path / "rft.toml"
    toml.write_text('judge.backend = "claude"')
    assert the_model(tmp_path)[1].text.endswith("the judge asks api.anthropic.com in every round")
    assert "asks box.lan in" in the_model(tmp_path, {"ANTHROPIC_BASE_URL": "https://box.lan/api"})[1].text
    assert the_model(tmp_path, {"ANTHROPIC_BASE_URL": "http://127.0.0.1:1"})[1].text == "a run here needs no network"
    toml.write_text('judge.backend = "claude"\njudge.recorded = true')
    assert the_model(tmp_path)[1].text == "a run here needs no network"
    for url, words in (
        ("http://box.lan:8000/v1", "a run here needs it: the rounds sample from box.lan"),
        ("http://localhost:8000/v1", "a run here needs no network"),
        ("http://[::1]:8000/v1", "a run here needs no network"),
        ("http://127.0.0.1/v1", "a run here needs no network"),
    ):
        toml.write_text(f'[sampling.endpoint]\nurl = "{url}"\nmodel = "m"\n')
        assert the_model(tmp_path)[1].text == words
    toml.write_text("x = = 1")
    assert network.look(scene(tmp_path)).__next__().ok


def test_the_model_of_a_local_judge_is_looked_for_too(tmp_path: Path) -> None:
    (tmp_path / "rft.toml").write_text('judge.backend = "mlx"\njudge.model = "owner/judge"')
    made = scene(tmp_path)
    assert by_name(model.look(made))["judge's model"].text.startswith("owner/judge: on the Hub")
    assert "the model owner/judge comes" in by_name(network.look(made))["network"].text
