"""CallbackList: calls the hooks of several callbacks."""

from typing import Any

from .callback import HOOKS, Callback
from .history import History
from .progress import ProgbarLogger
from .terminal import is_live


class CallbackList(Callback):
    """Calls the hooks of several callbacks, in order.

    Args:
        callbacks: one, or a list (a CallbackList too).
        add_history: add a History, which becomes `model.history`.
        add_progbar: show progress.
        params: given to every callback: "epochs", "steps", "verbose".

    Attributes:
        batch_samples: how many samples the batch has that is run, where hooks of batches are called.
    """

    batch_samples = 0

    def __init__(
        self,
        callbacks: Any = None,
        add_history: bool = False,
        add_progbar: bool = False,
        model: Any = None,
        **params: Any,
    ):
        super().__init__()
        given = callbacks if isinstance(callbacks, (list, tuple, CallbackList)) else [callbacks]
        self.callbacks: list[Any] = [callback for callback in given if callback is not None]
        for callback in self.callbacks:
            if not isinstance(callback, Callback):
                raise TypeError(f"`callbacks` are Callback objects, not {callback!r}")
        if params.get("verbose") == "auto":
            params["verbose"] = 1 if is_live() else 2
        self._history = None
        if add_history:
            self._history = next((c for c in self.callbacks if isinstance(c, History)), None) or History()
            if self._history not in self.callbacks:
                self.callbacks.append(self._history)
        if add_progbar and not any(isinstance(c, ProgbarLogger) for c in self.callbacks):
            self.callbacks.append(ProgbarLogger())
        self.set_params(params)
        if model is not None:
            self.set_model(model)
        self._needs_batches = any(callback.needs_batches for callback in self.callbacks)
        self.shows_bar = any(getattr(callback, "shows_bar", False) for callback in self.callbacks)

    def __iter__(self) -> Any:
        return iter(self.callbacks)

    def append(self, callback: Callback) -> None:
        self.callbacks.append(callback)
        self._needs_batches = any(callback.needs_batches for callback in self.callbacks)

    def set_params(self, params: dict[str, Any]) -> None:
        self.params = params
        for callback in self.callbacks:
            callback.set_params(params)

    def set_model(self, model: Any) -> None:
        super().set_model(model)
        if self._history is not None:
            model.history = self._history
        for callback in self.callbacks:
            callback.set_model(model)

    @property
    def needs_batches(self) -> bool:
        return self._needs_batches

    @property
    def wants_progress(self) -> bool:  # type: ignore[override]
        return any(callback.wants_progress for callback in self.callbacks)

    def on_progress(self, step: int, logs: dict[str, Any]) -> None:
        for callback in self.callbacks:
            if callback.wants_progress:
                callback.on_progress(step, logs)


def _forwarding(hook: str) -> Any:
    """A hook that calls those of all callbacks, always with `logs`: a callback's own may have no default for it."""
    is_counted = "epoch" in hook or "batch" in hook

    def forward(self: CallbackList, *args: Any, logs: Any = None) -> None:
        number, given = args[:is_counted], args[is_counted:]
        logs = given[0] if given else logs
        logs = {} if logs is None else logs
        for callback in self.callbacks:
            getattr(callback, hook)(*number, logs)

    forward.__name__ = hook
    return forward


for _hook in (*HOOKS, "on_batch_begin", "on_batch_end"):
    setattr(CallbackList, _hook, _forwarding(_hook))
