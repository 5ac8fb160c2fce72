"""Wrong answers made by a program out of right ones, to prove that a task's tests notice a mistake."""

from eval.mutation.answers import all_mutants, write_files
from eval.mutation.choose import Chosen, Subject, choose_mutants
from eval.mutation.mutant import Mutant

__all__ = ["Chosen", "Mutant", "Subject", "all_mutants", "choose_mutants", "write_files"]
