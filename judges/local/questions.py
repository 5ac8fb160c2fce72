"""What the local judge is asked after it has read a submission: one question a criterion, answered by one digit."""

from judges.rubric import CRITERIA

QUESTIONS = tuple(
    {
        "ask": f"\n\nScore the {criterion} of the submission above from 0 to 4, by the levels of {criterion}. "
        "This time reply with that score alone, without evidence.",
        # In the rubric's own form: a small model then gives 9/10 of its probability to digits, and a tenth of that without.
        "reply": f'{{"{criterion}": ',
    }
    for criterion in CRITERIA
)
"""One for each of CRITERIA, in that order: the end of the user's turn, and how the judge's reply begins."""
