"""`rft show`."""

import click


@click.command()
@click.argument("task")
@click.option("--name", help="The run's name; by default the one that was written last.")
@click.option("--round", "round_index", type=click.IntRange(min=1), help="Only this round; by default all.")
def show(task: str, name: str | None, round_index: int | None) -> None:
    """Show all N candidates of TASK with their scores, and why one won.

    Example: rft show double --round 1
    """
    from rich.console import Console

    from rft.begun import stored_config
    from rft.cli.workspace import run_paths
    from rft.errors import InputError
    from rft.inputs import training_tasks
    from rft.show import show_task
    from rft.store import open_for_reading

    paths = run_paths(name)
    with open_for_reading(paths) as store:
        config = stored_config(store)
        tasks = {item.id: item for item in training_tasks(store, config)}
        if task not in tasks:
            raise InputError(f"there is no training task {task!r}.", hint=f"Tasks: {', '.join(tasks)}.")
        if round_index is not None and round_index > config.rounds:
            rounds_it_has = "1 round" if config.rounds == 1 else f"{config.rounds} rounds"
            raise InputError(
                f"the run {paths.name!r} has {rounds_it_has}, and no round {round_index}.", hint="Leave --round out to see all."
            )
        rounds = [round_index] if round_index else range(1, config.rounds + 1)
        show_task(store, tasks[task], rounds, config, Console())
