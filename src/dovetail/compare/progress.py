"""How far a comparison is: a bar with the time that remains on a terminal, a few plain lines elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from .study import Progress


@contextmanager
def shown(console: Console) -> Iterator[Callable[[Progress], None]]:
    """A function to call with every `Progress`; what it draws is gone from a terminal afterwards."""
    if not console.is_terminal:
        yield _Lines(console)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("runs"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(elapsed_when_finished=False),
    )
    with Bar(*columns, console=console, transient=True, refresh_per_second=5) as bar:
        task = bar.add_task("compiling", total=None)

        def update(progress: Progress) -> None:
            bar.update(
                task,
                description=f"{progress.candidate} ({progress.compiled} compiled)",
                completed=progress.runs_done,
                total=progress.runs_total,
            )

        yield update


class _Lines:
    """A line at every quarter."""

    def __init__(self, console: Console):
        self.console, self.quarters = console, 0

    def __call__(self, progress: Progress) -> None:
        quarters = 4 * progress.runs_done // max(1, progress.runs_total)
        if quarters > self.quarters:
            self.quarters = quarters
            self.console.print(f"{progress.runs_done} of {progress.runs_total} runs done")
