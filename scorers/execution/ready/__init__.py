"""The program that stands ready with the world loaded, and forks for every script.

A fork copies the page table of its parent, and each page that either writes to afterwards: what lies in memory here is paid for
with every script. So the program runs apart from the worker, in an interpreter without `site`, and its modules import nothing
but built-in and tiny modules: no `json`, `re`, `typing`, `dataclasses`, and not the rest of this package. With them a script took
2.4 ms of a core, without 1.9 (`scripts/bench_execution.py`; `docs/architecture.md` has the breakdown).
"""
