"""Proof that tasks measure something: references pass, and answers that do nothing or the wrong thing fail."""

from eval.check.bounds import AS_MEASURED, STRICT, Bounds
from eval.check.result import Problem, SuiteCheck, Survivor, TaskCheck
from eval.check.run import MUTANTS, check_references, check_tasks

__all__ = [
    "AS_MEASURED",
    "MUTANTS",
    "STRICT",
    "Bounds",
    "Problem",
    "SuiteCheck",
    "Survivor",
    "TaskCheck",
    "check_references",
    "check_tasks",
]
