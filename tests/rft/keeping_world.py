"""Small made-up run folders: a store with the facts of a finished or stopped run, and adapters that are whole."""

from pathlib import Path

from checkpoints.adapter import CONFIG, WEIGHTS, adapter_hash
from rft.store import RunPaths, open_for_writing

DECISION = {
    "promote": True,
    "reason": "a gain",
    "p_value": 0.01,
    "p_value_base": 0.01,
    "p_value_incumbent": None,
    "alpha": 0.025,
    "gain": 0.125,
    "gain_interval": [0.05, 0.2],
    "mde": 0.1,
    "vetoes": [],
    "category_deltas": [],
}


def a_run(workspace: Path, name: str, *stages: str, finished: bool = True, promote: bool = True) -> RunPaths:
    """A run of two rounds whose stages were trained, measured and decided; it began even without any."""
    paths = RunPaths(workspace, name)
    with open_for_writing(paths) as store:
        store.state("config", {"model": "tiny-random", "rounds": 2})
        for stage in stages:
            digest = an_adapter(paths.adapter(stage), f"{name} {stage}")
            training = {
                "digest": digest, "change_norm": 1.5, "steps": 4, "final_loss": 0.5, "validation_loss": 0.75, "rows": 8,
                "best_step": None, "resumed_at": 0,
            }  # fmt: skip
            store.state(f"adapter:{stage}", training)
            store.state(f"measured:{stage}", {"share": 0.5})
            store.state(f"decision:{stage}", {**DECISION, "promote": promote})
        if finished:
            store.state("finished", True)
    paths.events.write_text("{}\n")
    return paths


def an_adapter(folder: Path, words: str) -> str:
    """A whole adapter of a few bytes, and its hash."""
    folder.mkdir(parents=True)
    (folder / WEIGHTS).write_text(words)
    (folder / CONFIG).write_text("{}")
    return adapter_hash(folder)
