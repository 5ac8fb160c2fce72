"""All small changes to one Luau source."""

from collections.abc import Callable, Iterator

from eval.mutation.constants import boolean_edits, index_edits, loop_edits, number_edits, string_edits
from eval.mutation.edit import Edit
from eval.mutation.operations import compound_edits, concat_edits, operator_edits, unary_edits
from eval.mutation.statements import argument_edits, branch_edits, drop_edits, guard_edits, return_edits
from scorers.language import Unit, parse

_OPERATORS: tuple[Callable[[Unit], Iterator[Edit]], ...] = (
    operator_edits,
    compound_edits,
    unary_edits,
    concat_edits,
    number_edits,
    string_edits,
    boolean_edits,
    loop_edits,
    index_edits,
    branch_edits,
    guard_edits,
    drop_edits,
    return_edits,
    argument_edits,
)


def edits_of(source: str) -> list[Edit]:
    """All changes to a source, in the order of their places. None to a source that does not parse."""
    unit = parse(source)
    if unit.errors:
        return []
    quiet = _quiet(unit)
    found = (edit for operator in _OPERATORS for edit in operator(unit) if not quiet(edit))
    changed = [edit for edit in found if source[edit.start : edit.end] != edit.text]
    return sorted(changed, key=lambda edit: (edit.start, edit.end))


def _quiet(unit: Unit) -> Callable[[Edit], bool]:
    """Whether a change lies where no test may look, or where every change is an error at once: the words of errors and
    warnings, which prompts leave open; names of services; the time that a WaitForChild waits before it gives up."""
    spans = [(call.args[0].start, call.end) for call in unit.calls("error") if call.args]
    spans += [(arg.start, arg.end) for call in unit.calls("assert") for arg in call.args[1:]]
    spans += [(call.start, call.end) for call in unit.calls("warn")]
    spans += [(arg.start, arg.end) for call in unit.methods("GetService") for arg in call.args]
    spans += [(arg.start, arg.end) for call in unit.methods("WaitForChild") for arg in call.args[1:]]
    offsets = [(unit.offset(start), unit.offset(end)) for start, end in spans]
    return lambda edit: any(start <= edit.start and edit.end <= end for start, end in offsets)
