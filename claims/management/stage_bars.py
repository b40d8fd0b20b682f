"""The stages of a run in a terminal: a bar for the one that runs, a line for each that is done."""

import sys
from typing import Any

from tqdm import tqdm

from claims.selectors.run_progress import DONE, NOW, StageProgress


class StageBars:
    """Shows what is new since the last look. Without a terminal (a log file) only the lines of finished stages."""

    def __init__(self) -> None:
        self._bar: tqdm[Any] | None = None
        self._finished: set[str] = set()

    def show(self, stages: list[StageProgress]) -> bool:
        """Draws the stages; says whether anything moved."""
        moved = [self._finish(stage) if stage.state == DONE else self._advance(stage) for stage in stages]
        return any(moved)

    def _finish(self, stage: StageProgress) -> bool:
        if stage.code in self._finished:
            return False
        self._finished.add(stage.code)
        self._close()
        figures = f"{stage.done:>14,} {stage.unit}" if stage.unit else ""
        sys.stderr.write(f"  {stage.code:<14}{figures or 'done':>14}\n")
        return True

    def _advance(self, stage: StageProgress) -> bool:
        if stage.state != NOW or not stage.total:
            return False
        if self._bar is None:
            self._bar = tqdm(desc=f"  {stage.code}", unit=f" {stage.unit}", unit_scale=True, disable=None, leave=False)
            self._bar.initial = self._bar.n = stage.done
        self._bar.total = stage.total
        moved = stage.done - self._bar.n
        self._bar.update(moved)
        return moved != 0

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None
