"""An answer out of the ledger alone."""

from typing import TYPE_CHECKING

from judges.calls import PreparedCall, Provider, Unusable
from judges.retry.ask import Answer, asked_again

if TYPE_CHECKING:
    from judges.ledger import LedgerReader


def recorded(provider: Provider, ledger: "LedgerReader", prepared: PreparedCall) -> Answer | None:
    """What `ask` would give without asking anybody; None where the ledger has no answer. Nothing is sent and nothing is paid."""
    first = _stored(provider, ledger, prepared)
    again = None if first is None else asked_again(provider, prepared, first)
    return first if again is None else _stored(provider, ledger, again) or first


def _stored(provider: Provider, ledger: "LedgerReader", prepared: PreparedCall) -> Answer | None:
    reply = ledger.reply_of(prepared.key)
    if reply is None:
        return None
    found = provider.read(reply.reply)
    if isinstance(found, Unusable):
        return Answer(None, found, reply, "ledger", prepared.key)
    return Answer(found, None, reply, "ledger", prepared.key)
