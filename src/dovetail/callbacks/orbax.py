"""OrbaxCheckpoint: the model's state, saved by Orbax in the background."""

import os
import warnings
from typing import Any

import jax
import numpy as np

from ..engine.extras import needed
from ..engine.messages import tell
from .monitoring import Monitor

STATE, CONFIG = "pytree", "model_config"  # the parts of a checkpoint, named as Keras names them


class OrbaxCheckpoint(Monitor):
    """Saves weights, optimizer state and metrics with Orbax every epoch or every so many batches.

    `model.load_weights(directory)` reads the last checkpoint. Needs the package `orbax-checkpoint`.

    Args:
        directory: of the checkpoints, one folder each, numbered by epoch from 0, or by batch.
        monitor: the metric for `save_best_only`.
        verbose: 1 says what is saved.
        save_best_only: only when the metric improves.
        mode: "min", "max" or "auto".
        save_freq: "epoch", or a number of batches.
        initial_value_threshold: what the metric has to beat at first.
        max_to_keep: how many checkpoints stay; None keeps all.
        save_on_background: write while training goes on; `wait_until_finished` waits for it.
        save_weights_only: leave out optimizer, metrics and the architecture.

    Raises:
        ImportError: `orbax-checkpoint` is not installed.
    """

    def __init__(
        self,
        directory: Any,
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        mode: str = "auto",
        save_freq: Any = "epoch",
        initial_value_threshold: float | None = None,
        max_to_keep: int | None = 1,
        save_on_background: bool = True,
        save_weights_only: bool = False,
    ):
        super().__init__(monitor, mode)
        if save_freq != "epoch" and (not isinstance(save_freq, int) or save_freq < 1):
            raise ValueError(f"`save_freq` is 'epoch' or a number of batches, not {save_freq!r}")
        self._orbax = needed("orbax.checkpoint")
        self.directory, self.verbose, self.save_best_only = os.path.abspath(directory), verbose, save_best_only
        self.save_freq, self.best, self.max_to_keep = save_freq, initial_value_threshold, max_to_keep
        self.save_on_background, self.save_weights_only = save_on_background, save_weights_only
        self._manager: Any = None
        self._batches = 0

    @property
    def needs_batches(self) -> bool:
        return self.save_freq != "epoch"

    @property
    def checkpointer(self) -> Any:
        """Orbax's manager of the folder."""
        if self._manager is None:
            options = self._orbax.CheckpointManagerOptions(
                max_to_keep=self.max_to_keep, enable_async_checkpointing=self.save_on_background, create=True
            )
            self._manager = self._orbax.CheckpointManager(self.directory, options=options)
        return self._manager

    def is_multihost_enabled(self) -> bool:
        """Whether several hosts train together."""
        return jax.process_count() > 1

    def is_primary_host(self) -> bool:
        return jax.process_index() == 0

    def on_train_begin(self, logs: Any = None) -> None:
        optimizer = self.model.optimizer
        self._batches = 0 if optimizer is None else int(optimizer.iterations)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._batches += 1
        if self.save_freq != "epoch" and self._batches % self.save_freq == 0:
            self._save(self._batches, logs)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if self.save_freq == "epoch":
            self._save(epoch, logs)

    def on_train_end(self, logs: Any = None) -> None:
        if self._manager is not None:
            self._manager.close()  # waits for what is still being written
            self._manager = None

    def wait_until_finished(self) -> None:
        """Wait until everything is on disk."""
        if self._manager is not None:
            self._manager.wait_until_finished()

    def _save(self, step: int, logs: Any) -> None:
        if self.save_best_only:
            value = self.value_in(logs)
            if value is None or not self.improved(value, self.best):
                return
            self.best = value
        if step in self.checkpointer.all_steps():  # of an earlier call of `fit`
            self.checkpointer.delete(step)
        args = self._orbax.args
        self.checkpointer.save(step, args=args.Composite(**self._parts(args)))
        if self.verbose:
            tell(f"Checkpoint {step} is saved to {self.directory}")

    def _parts(self, args: Any) -> dict[str, Any]:
        tree = self.model.get_state_tree()
        if self.save_weights_only:
            return {STATE: args.StandardSave({k: tree[k] for k in ("trainable_variables", "non_trainable_variables")})}
        parts = {STATE: args.StandardSave(jax.tree.map(np.asarray, tree))}
        try:
            parts[CONFIG] = args.JsonSave({"config": self.model.to_json()})
        except ValueError as error:
            warnings.warn(f"the checkpoint is without the architecture, which cannot be written down: {error}",
                          stacklevel=5)  # fmt: skip
        return parts
