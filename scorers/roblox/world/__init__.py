"""The Roblox world: a place with instances, events, services and a virtual clock, written in Luau.

`scorers.execution.engine` loads it into a VM. `init.luau` says what it offers to the harness, docs/writing-tasks.md what
tests may call.
"""
