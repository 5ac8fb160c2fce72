"""Failures that stop all calls, in words for the user: what happened, and the next step."""

from judges.calls import CallFailed, FailureKind
from judges.errors import JudgePaused

_WHAT: dict[FailureKind, str] = {
    "billing": "the provider does not go on because of billing or a spend limit",
    "auth": "the provider refuses the key",
    "model": "the provider does not know the model or the address",
    "connect": "there is no connection to the provider",
    "rate": "the provider keeps refusing requests as too many",
    "overloaded": "the provider is overloaded",
    "server": "the provider keeps failing",
    "timeout": "answers of the provider do not come in time",
    "cut": "the connection to the provider keeps breaking",
    "protocol": "what answers is not the provider: is there a proxy, a captive portal or a wrong base_url in between?",
    "bad_request": "the provider refuses the requests themselves",
    "too_large": "the provider refuses the requests as too large",
}
_NEXT: dict[FailureKind, str] = {
    "billing": "Add credit or raise the limit in the provider's console.",
    "auth": "Set a valid key (ANTHROPIC_API_KEY for Claude); a key can be made in the provider's console.",
    "model": "Set judge.model to a model that your key can use, and check judge.base_url.",
    "connect": "Check the network, and judge.base_url where it is set.",
    "rate": "Wait a few minutes, or lower judge.concurrency.",
    "overloaded": "Wait a few minutes; the provider's status page says more.",
    "server": "Wait a few minutes; the provider's status page says more.",
    "timeout": "Check the network, then go on.",
    "cut": "Check the network and any proxy on the way.",
    "protocol": "Open the provider's page in a browser on this machine, and check judge.base_url and HTTPS_PROXY.",
    "bad_request": "Check judge.model, judge.effort and judge.max_tokens; this can be a defect of rft.",
    "too_large": "Shorten the tasks, or take a model that reads more.",
}


def described(failure: CallFailed) -> str:
    """What happened, in the server's words too, and with the id that its support asks for."""
    code = failure.error_code or failure.error_type
    parts = [
        f"HTTP {failure.http_status}" if failure.http_status else "",
        code,
        f"request {failure.request_id}" if failure.request_id else "",
    ]
    known = ", ".join(part for part in parts if part)
    return f"{_WHAT[failure.kind]}: {failure}" + (f" ({known})" if known else "")


def next_step(failure: CallFailed) -> str:
    """What the user can do about it."""
    return _NEXT[failure.kind]


def paused(failure: CallFailed) -> JudgePaused:
    """The pause that a failure calls for."""
    hint = f"{next_step(failure)} Then run the same command again: what is answered is kept, and nothing was scored 0."
    return JudgePaused(described(failure), hint=hint)
