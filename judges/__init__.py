"""LLM judges: what is asked of them, what they answer, what they cost, and which candidates need no opinion at all."""

from judges.errors import JudgeConfigError, JudgeError, JudgePaused
from judges.verdict import CandidateFacts, JudgeRequest, JudgeTask, Verdict

__all__ = [
    "CandidateFacts",
    "JudgeConfigError",
    "JudgeError",
    "JudgePaused",
    "JudgeRequest",
    "JudgeTask",
    "Verdict",
]
