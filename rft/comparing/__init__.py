"""Measured policies, task by task: of runs, of their stages, and of results files that `rft eval` wrote."""
