"""Models as a person sees them."""

from collections.abc import Iterator, Sequence

from rich import box
from rich.console import Console
from rich.table import Table

from rft.keeping.disk import in_words
from rft.modelling.facts import Facts
from rft.modelling.listing import Listed
from rft.modelling.machine import Machine
from rft.modelling.rendering import Rendered
from rft.needs import Needs

WIDE = 120
"""Columns from which on a table tells family and quantisation too; `rft models show` tells them anywhere."""
NOT_KNOWN = "sizes not known"


def show_models(models: Sequence[Listed], machine: Machine, console: Console) -> None:
    """A table, then what it is told for, and a line for each model that is not whole."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), collapse_padding=True, caption_justify="left")
    about = ("model", "where", "family", "quantisation") if console.width >= WIDE else ("model",)
    for name in about:
        table.add_column(name, overflow="fold")
    for name in ("disk", "sampling N", "training"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("fits here", overflow="fold")
    for model in models:
        name, *cells = _cells(model)
        table.add_row(name, *cells[len(cells) - 4 - len(about) + 1 :])
    console.print(table)
    for line in _notes(models, machine):
        console.print(line, soft_wrap=True, markup=False)


def _cells(model: Listed) -> tuple[str, ...]:
    found, facts, needs = model.found, model.facts, model.needs
    where = found.kind if found.folder is not None else f"{found.kind}, not here"
    size = "" if found.bytes is None else in_words(found.bytes)
    family, bits = ("", "") if facts is None else (facts.family, facts.quantisation)
    if needs is None:
        return found.name, where, family, bits, size, "", "", NOT_KNOWN
    return found.name, where, family, bits, size, in_words(needs.sampling), in_words(needs.training), _fits(needs)


def _notes(models: Sequence[Listed], machine: Machine) -> Iterator[str]:
    device = machine.device or "no device (MLX does not start; told as for the CPU)"
    yield f"Told for {device}: {in_words(machine.memory)} of memory, {in_words(machine.free_disk)} free on the disk here."
    yield "Memory is that of one process, with the settings of the recipe that names the model, else with the defaults."
    for model in models:
        if model.found.missing:
            missing = ", ".join(model.found.missing)
            yield f"{model.found.name} is not whole: {missing} missing. `rft models get {model.found.name}` fetches the rest."


def model_lines(model: Listed, source: str, machine: Machine, rendered: Sequence[Rendered] | str | None) -> Iterator[str]:
    """All that is known of one model. `rendered` are the four combinations, or why they were not tried; None without files."""
    found = model.found
    place = "not on this machine" if found.folder is None else str(found.folder)
    yield f"Model {found.name} ({found.kind})"
    yield f"  folder        {place}{'' if found.bytes is None else ', ' + in_words(found.bytes)}"
    if found.missing:
        yield f"  missing       {', '.join(found.missing)}"
    yield from _fact_lines(model.facts)
    yield from _need_lines(model.needs, source, machine)
    yield from _template_lines(rendered)


def _fact_lines(facts: Facts | None) -> Iterator[str]:
    if facts is None:
        yield f"  family        its config.json is of a kind that is not known here: {NOT_KNOWN}"
        return
    yield f"  family        {facts.family}, {facts.parameters / 1e6:,.0f} million weights in {facts.layers} layers"
    yield f"  quantisation  {facts.quantisation}"
    yield f"  context       {'not told' if facts.context is None else f'{facts.context} tokens'}"


def _need_lines(needs: Needs | None, source: str, machine: Machine) -> Iterator[str]:
    if needs is None:
        return
    yield f"  sampling      {in_words(needs.sampling)} of memory for {needs.rows} candidates at once; {_fits(needs)}"
    yield f"  training      {in_words(needs.training)} of memory on rows of {needs.row_tokens} tokens"
    yield f"  disk          {in_words(needs.disk)} for a run, the model among it where it is not here"
    yield (
        f"  told for      {source}, on {machine.device or 'a CPU'} with {in_words(machine.memory)} of memory "
        f"and {in_words(machine.free_disk)} free here"
    )


def _fits(needs: Needs) -> str:
    return f"yes, {needs.rows_here} at once" if needs.fits else f"no: {', '.join(needs.lacking)}"


def _template_lines(rendered: Sequence[Rendered] | str | None) -> Iterator[str]:
    if rendered is None:
        yield "  chat template not tried: the model is not on this machine"
    elif isinstance(rendered, str):
        yield f"  chat template not tried: {rendered}"
    elif not rendered:
        yield "  chat template none: a base model, which cannot be asked for an answer"
    for each in rendered if rendered and not isinstance(rendered, str) else ():
        system, thinking = "with system" if each.system else "no system", "thinking on" if each.thinking else "thinking off"
        yield f"  chat template {'yes' if each.holds else 'no '} {system:<12} {thinking:<13} {each.how}"
