"""`rft init`: the questions, the workspace that is written, and tasks proposed from a person's own code."""
