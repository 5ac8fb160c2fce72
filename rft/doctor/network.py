"""What of a run here needs the network. Nobody is asked."""

from collections.abc import Iterator
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from judges.claude.settings import ADDRESS
from rft.doctor.finding import Finding, problem
from rft.doctor.model import UNSET_OFFLINE, Place, is_offline, place_of
from rft.doctor.scene import Scene

if TYPE_CHECKING:
    from rft.config import RftConfig


def look(scene: Scene) -> Iterator[Finding]:
    """One finding: who is asked for what, or nobody."""
    config = scene.config_or_none
    if config is None:
        yield Finding("network", True, "not known while rft.toml cannot be used")
        return
    asked = list(reasons(scene, config))
    if not asked:
        yield Finding("network", True, "a run here needs no network")
    elif is_offline(scene) and any(place_of(scene, name) in (Place.HUB, Place.PARTLY) for name in models_of(config)):
        yield problem("network", f"a run here needs it: {'; '.join(asked)}; off-line mode is on", UNSET_OFFLINE, needed=True)
    else:
        yield Finding("network", True, f"a run here needs it: {'; '.join(asked)}")


def reasons(scene: Scene, config: "RftConfig") -> Iterator[str]:
    """Each of them, in words."""
    for name in models_of(config):
        if place_of(scene, name) in (Place.HUB, Place.PARTLY):
            yield f"the model {name} comes from the Hub, once"
    if config.judge.backend == "claude" and not config.judge.recorded:
        address = config.judge.base_url or scene.environment.get("ANTHROPIC_BASE_URL") or ADDRESS
        if not is_local(address):
            yield f"the judge asks {_host(address)} in every round"
    endpoint = config.sampling.endpoint
    if endpoint is not None and not is_local(endpoint.url):
        yield f"the rounds sample from {_host(endpoint.url)}"


def models_of(config: "RftConfig") -> list[str]:
    """The models that a run loads."""
    from rft.judging.settings import local_model

    judge = [local_model(config.judge, config.model)] if config.judge.backend == "mlx" else []
    return list(dict.fromkeys([config.model, *judge]))


def is_local(url: str) -> bool:
    """Whether an address is this machine's own."""
    host = _host(url)
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or url
    except ValueError:
        return "an address that cannot be read"
