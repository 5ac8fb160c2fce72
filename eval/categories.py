"""The categories of the Luau suite, and how they compare with the five of the systems that this project starts from."""

SEED_CATEGORIES = {
    "language": "coding",
    "roblox-api": "coding",
    "game-mechanics": "coding",
    "npc-behaviour": "coding",
    "client-server": "coding",
    "data-persistence": "coding",
    "ui": "coding",
    "physics": "coding",
    "tool-calling": "MCP",
    "debugging": "bugfix",
    "architecture": "architecture",
    "embodiment": "embodiment",
}
"""Category of the Luau suite -> category there."""


def seed_counts(categories: list[str]) -> dict[str, int]:
    """How many tasks fall into each of the five, in their order; empty where a task's category is none of the Luau suite."""
    if not categories or not SEED_CATEGORIES.keys() >= set(categories):
        return {}
    found = [SEED_CATEGORIES[category] for category in categories]
    return {name: found.count(name) for name in dict.fromkeys(SEED_CATEGORIES.values())}
