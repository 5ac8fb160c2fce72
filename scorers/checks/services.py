"""Checks of how services are fetched."""

from collections.abc import Iterator

from scorers.checks.check import API, ERROR, INFO, Finding, at, check
from scorers.checks.receivers import place, suggestion
from scorers.language.expressions import Index
from scorers.language.unit import Unit
from scorers.roblox import table
from scorers.roblox.inference import class_of
from scorers.roblox.texts import text_of

GETTERS = ("GetService", "FindService", "getService", "service")


@check("unknown-service", API, ERROR)
def unknown_service(unit: Unit) -> Iterator[Finding]:
    """`GetService` raises an error for a name that is no service, and the script ends there.

    Bad:
        local players = game:GetService("Player")
        print(players)
    Good:
        local players = game:GetService("Players")
        print(players)
    Source: Roblox API reference, ServiceProvider:GetService.
    """
    for call in unit.methods(*GETTERS):
        name = text_of(unit, call.args[0]) if call.args else None
        if name is None or name in table.services() or class_of(unit, call.object) != "DataModel":
            continue
        yield at(call.args[0], f"there is no service `{name}`", suggestion(unit, name, table.services()))


@check("service-direct-index", API, INFO)
def service_direct_index(unit: Unit) -> Iterator[Finding]:
    """`game.Name` finds a child by its name: it fails where the service was renamed or does not exist yet.

    Bad:
        print(game.Lighting.ClockTime)
    Good:
        local Lighting = game:GetService("Lighting")
        print(Lighting.ClockTime)
    Source: Roblox documentation, services.
    """
    for game in unit.global_reads.get("game", ()):
        index = unit.parents.get(game)
        if not isinstance(index, Index) or index.object is not game or "game" in unit.global_writes:
            continue
        if index.name in table.services() and index.name != "Workspace":
            message = f"the service `{index.name}` is fetched as a child of `game`"
            yield Finding(*place(index), message, f'write `game:GetService("{index.name}")`')
