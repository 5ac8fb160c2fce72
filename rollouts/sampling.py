"""Draws for a stage what its store lacks, and stores each candidate as it arrives."""

from collections.abc import Iterator
from dataclasses import replace

from rollouts.source import Progress, SampleRequest, Source
from rollouts.store import Candidate, CandidateStore


def sample(store: CandidateStore, source: Source, request: SampleRequest) -> Iterator[Candidate | Progress]:
    """Draw what the store lacks; yield each candidate after it is durable, and progress between them.

    The source is not asked when nothing is missing. Raises what it raises; what was stored before that stays.
    """
    missing = store.missing(request.stage, {prompt.task: prompt.indices for prompt in request.prompts})
    prompts = [replace(prompt, indices=missing[prompt.task]) for prompt in request.prompts if prompt.task in missing]
    if not prompts:
        return
    for arrived in source.draw(replace(request, prompts=prompts)):
        if isinstance(arrived, Candidate):
            store.add(arrived)
        yield arrived
