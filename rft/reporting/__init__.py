"""The report of a run: what was measured, what moved, what was decided and why, and what to do next."""
