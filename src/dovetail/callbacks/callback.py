"""Callback: hooks that `fit`, `evaluate` and `predict` call."""

from typing import Any

_MOMENTS = ("begin", "end", "batch_begin", "batch_end")
HOOKS = (
    *(f"on_{mode}_{moment}" for mode in ("train", "test", "predict") for moment in _MOMENTS),
    "on_epoch_begin",
    "on_epoch_end",
)
BATCH_HOOKS = (*(hook for hook in HOOKS if "batch" in hook), "on_batch_begin", "on_batch_end")


class Callback:
    """Base of callbacks: every hook does nothing.

    A callback that overrides a hook of batches has training run one step at a time, which is slower for small models.

    Attributes:
        params: "epochs", "steps" and "verbose" of the call.
        model: that is trained.
    """

    def __init__(self) -> None:
        self.params: dict[str, Any] = {}
        self._model: Any = None

    def set_params(self, params: dict[str, Any]) -> None:
        self.params = params

    def set_model(self, model: Any) -> None:
        self._model = model

    @property
    def model(self) -> Any:
        return self._model

    def on_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Called before each training batch, as `on_train_batch_begin`."""

    def on_batch_end(self, batch: int, logs: Any = None) -> None:
        """Called after each training batch, as `on_train_batch_end`."""

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Called before each epoch, counted from 0."""

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Called after each epoch with all metrics, those of validation as `val_...`."""

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        self.on_batch_begin(batch, logs)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.on_batch_end(batch, logs)

    def on_test_batch_begin(self, batch: int, logs: Any = None) -> None: ...

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None: ...

    def on_predict_batch_begin(self, batch: int, logs: Any = None) -> None: ...

    def on_predict_batch_end(self, batch: int, logs: Any = None) -> None: ...

    def on_train_begin(self, logs: Any = None) -> None: ...

    def on_train_end(self, logs: Any = None) -> None: ...

    def on_test_begin(self, logs: Any = None) -> None: ...

    def on_test_end(self, logs: Any = None) -> None: ...

    def on_predict_begin(self, logs: Any = None) -> None: ...

    def on_predict_end(self, logs: Any = None) -> None: ...

    wants_progress = False  # whether `on_progress` is to be called

    def on_progress(self, step: int, logs: dict[str, Any]) -> None:
        """Called now and then in an epoch, with the steps done and the metrics so far, at no cost to the loop."""

    @property
    def needs_batches(self) -> bool:
        """Whether a hook of batches is overridden."""
        return any(getattr(type(self), hook) is not getattr(Callback, hook) for hook in BATCH_HOOKS)


def optimizers_of(model: Any) -> list[tuple[str, Any]]:
    """The optimizers that have a learning rate, with the name under which it is reported: several where a
    MultiOptimizer has them."""
    optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)
    parts = getattr(optimizer, "optimizers", None)
    if parts is None:
        return [("learning_rate", model.optimizer)]
    return [(f"learning_rate_{part.name}", part) for part in parts]
