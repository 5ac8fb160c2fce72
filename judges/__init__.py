"""The judge's place in the loop: what is asked of it, and what it answers."""

from judges.verdict import Judge, JudgeRequest, Verdict

__all__ = ["Judge", "JudgeRequest", "Verdict"]
