"""Keys: whether there is one, from where, and what would use it. Never what it is."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rft.doctor.finding import Finding, problem
from rft.doctor.scene import Scene
from rft.doctor.tokens import anthropic_folder, hub_token_file, text_of

if TYPE_CHECKING:
    from rft.config import RftConfig

ANTHROPIC, ANTHROPIC_TOKEN, PROFILE = "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_PROFILE"
FEDERATION = ("ANTHROPIC_FEDERATION_RULE_ID", "ANTHROPIC_ORGANIZATION_ID")
HUB = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")


def look(scene: Scene) -> Iterator[Finding]:
    """Anthropic's, the Hub's, and that of a server that samples."""
    config = scene.config_or_none
    yield _anthropic(scene, config)
    yield _hub(scene)
    if config is not None and config.sampling.endpoint is not None:
        yield _endpoint(scene, config.sampling.endpoint.key_env)


def _anthropic(scene: Scene, config: "RftConfig | None") -> Finding:
    source = anthropic_source(scene)
    asked = config is not None and config.judge.backend == "claude" and not config.judge.recorded
    if config is None:
        use = "what uses it is not known while rft.toml cannot be used"
    elif asked:
        use = 'judge.backend = "claude" uses it'
    elif config.judge.backend == "claude":
        use = "judge.recorded = true asks nobody"
    else:
        use = 'nothing here uses it: only judge.backend = "claude" would'
    if source is None:
        if asked:
            return problem(ANTHROPIC, f"not set; {use}", ask_for(ANTHROPIC), needed=True)
        return Finding(ANTHROPIC, True, f"not set; {use}")
    if source == ANTHROPIC and not _can_be_sent(scene.environment[ANTHROPIC]):
        wrong = "set, but it holds a space or a character that no key has"
        return problem(ANTHROPIC, f"{wrong}; {use}", ask_for(ANTHROPIC), needed=asked)
    return Finding(ANTHROPIC, True, f"present, from {source}; {use}")


def anthropic_source(scene: Scene) -> str | None:
    """Where Anthropic's SDK would find a credential, in its own order; None where it would find none."""
    for name in (ANTHROPIC, ANTHROPIC_TOKEN):
        if scene.environment.get(name, "").strip():
            return name
    folder = anthropic_folder(scene.environment)
    if named := scene.environment.get(PROFILE, "").strip():
        return PROFILE if folder is not None and _is_json(folder / "configs" / f"{named}.json") else None
    token = any(scene.environment.get(name) for name in ("ANTHROPIC_IDENTITY_TOKEN", "ANTHROPIC_IDENTITY_TOKEN_FILE"))
    if token and all(scene.environment.get(name) for name in FEDERATION):
        return FEDERATION[0]
    if folder is None:
        return None
    profile = folder / "configs" / f"{text_of(folder / 'active_config') or 'default'}.json"
    return f"the profile {profile}" if _is_json(profile) else None


def _is_json(file: Path) -> bool:
    try:
        return isinstance(json.loads(text_of(file) or "null"), dict)
    except ValueError:
        return False


def _can_be_sent(key: str) -> bool:
    return all("!" <= character <= "~" for character in key.strip())


def _hub(scene: Scene) -> Finding:
    use = "only private and gated models need one"
    named = next((name for name in HUB if scene.environment.get(name, "").strip()), None)
    if named is not None:
        return Finding("HF_TOKEN", True, f"present, from {named}; {use}")
    file = hub_token_file(scene.environment)
    if file is not None and text_of(file):
        return Finding("HF_TOKEN", True, f"present, from {file}; {use}")
    return Finding("HF_TOKEN", True, f"not set; {use}")


def _endpoint(scene: Scene, name: str) -> Finding:
    state = "present" if scene.environment.get(name) else "not set; a server that asks for a key will refuse"
    return Finding("endpoint's key", True, f"{state}: sampling.endpoint.key_env is {name}")


def ask_for(name: str) -> str:
    """A command that takes a key from the keyboard, so that it stands in no history."""
    return f"read -rs {name} && export {name}"
