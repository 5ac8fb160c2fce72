"""Two measured policies, task by task: of two runs, or of two stages of a run."""
