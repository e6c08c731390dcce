"""BackupAndRestore: training that goes on after an interruption."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

from ..engine.messages import tell
from .callback import Callback

STATE = "training_metadata.json"  # epoch, batch, and the file of weights that goes with them
PREVIOUS = f"{STATE}.bkp"


class BackupAndRestore(Callback):
    """Keeps weights, optimizer state and the epoch on disk, and takes them up when `fit` is called again.

    Run the same script again after it was interrupted: `fit` begins with the epoch after the last one backed up.

    Args:
        backup_dir: folder for the backup; for nothing else.
        save_freq: "epoch", or a number of batches (the epoch is repeated then, from the weights of that batch).
        double_checkpoint: keep the backup before the last one, too, for a last one that cannot be read.
        delete_checkpoint: remove the folder when training ends.
    """

    def __init__(
        self, backup_dir: Any, save_freq: Any = "epoch", double_checkpoint: bool = False, delete_checkpoint: bool = True
    ):
        super().__init__()
        if not backup_dir:
            raise ValueError("`backup_dir` is the folder for the backup; it is empty")
        if save_freq != "epoch" and (not isinstance(save_freq, int) or (save_freq is not False and save_freq < 1)):
            raise ValueError(f"`save_freq` is 'epoch' or a number of batches, not {save_freq!r}")
        self.backup_dir, self.save_freq = os.fspath(backup_dir), save_freq
        self.double_checkpoint, self.delete_checkpoint = double_checkpoint, delete_checkpoint
        self._folder = Path(self.backup_dir)
        self._epoch = self._batches = 0

    @property
    def needs_batches(self) -> bool:
        return self.save_freq not in ("epoch", False)

    def on_train_begin(self, logs: Any = None) -> None:
        self._epoch = self._batches = 0
        found = [path for path in (self._folder / STATE, self._folder / PREVIOUS) if path.exists()]
        for path in found:
            try:
                state = json.loads(path.read_text())
                self.model.load_weights(self._folder / state["weights"])
                self._epoch = self.model._initial_epoch = int(state["epoch"])
                return
            except (OSError, ValueError, KeyError) as error:
                if path == found[-1]:
                    raise
                tell(f"The backup {path} cannot be read ({error}): the one before it is taken")

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if self.needs_batches:
            self._batches += 1
            if self._batches % self.save_freq == 0:
                self._save(self._epoch, batch + 1)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if self.save_freq == "epoch":
            self._save(epoch + 1, 0)

    def on_train_end(self, logs: Any = None) -> None:
        if self.delete_checkpoint:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _save(self, epoch: int, batch: int) -> None:
        """The weights go to a new file first, then the state names it: a crash leaves a whole backup at any moment."""
        self._folder.mkdir(parents=True, exist_ok=True)
        state, previous = self._folder / STATE, self._folder / PREVIOUS
        weights = f"epoch-{epoch}-batch-{batch}.weights.h5"
        self.model.save_weights(self._folder / weights)
        if self.double_checkpoint and state.exists():
            _replace(previous, state.read_text())
        _replace(state, json.dumps({"epoch": epoch, "batch": batch, "weights": weights}))
        kept = {json.loads(path.read_text())["weights"] for path in (state, previous) if path.exists()}
        for file in self._folder.glob("*.weights.h5"):
            if file.name not in kept:
                file.unlink()


def _replace(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    temporary = path.with_name(f"{path.name}.new")
    with open(temporary, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
