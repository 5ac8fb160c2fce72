"""`rft score`: the command of the scorers."""

from scorers.cli import score_command

score = score_command("rft score")
