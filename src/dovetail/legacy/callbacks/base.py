"""Callbacks as old releases called them: what their hooks, `params` and attributes held."""

from typing import Any, ClassVar

from ...callbacks import Callback, CallbackList, History
from ...callbacks.callback import HOOKS
from .logs import with_both_names


class OldCallback(Callback):
    """Base of callbacks. A user's own need not call its constructor.

    Attributes:
        params: as today's, and "nb_epoch", "nb_sample", "samples", "batch_size", "do_validation" and "metrics".
        validation_data: inputs, targets and weights of the validation in one list; None without one.
    """

    params: ClassVar[dict[str, Any]] = {}  # type: ignore[misc]
    _model: Any = None
    validation_data: Any = None

    @property
    def model(self) -> Any:
        return self._model

    @model.setter
    def model(self, model: Any) -> None:
        self._model = model

    def _set_model(self, model: Any) -> None:
        self.set_model(model)

    def _set_params(self, params: dict[str, Any]) -> None:
        self.set_params(params)


class OldHistory(History, OldCallback):
    """Keeps the metrics of every epoch, by the old and the new name of the accuracy."""

    def on_train_begin(self, logs: Any = None) -> None:
        super().on_train_begin(logs)
        self.history = with_both_names({})


class OldCallbackList(CallbackList):
    """Calls the hooks of callbacks with the logs of a release.

    Up to 2.3 the logs of a batch held its number and size, and its own loss (and up to 2.2 metrics) rather than means
    over the epoch so far.
    """

    def __init__(self, callbacks: Any = None, add_history: bool = False, *args: Any, queue_length: int = 10, **kw: Any):
        if isinstance(add_history, int) and not isinstance(add_history, bool):  # where `queue_length` stood
            add_history = False
        given = callbacks if isinstance(callbacks, (list, tuple, CallbackList)) else [callbacks]
        given = [callback for callback in given if callback is not None]
        if add_history and not any(isinstance(callback, History) for callback in given):
            given.append(OldHistory())  # the last, so that it sees what the others add
        self._seen, self._means = 0, {}
        super().__init__(given, add_history, *args, **kw)

    def set_model(self, model: Any) -> None:
        super().set_model(model)
        facts = dict(getattr(model, "_fit_facts", None) or {})
        validation = facts.pop("validation_data", None)
        if facts:
            self.set_params(facts | self.params | {"nb_epoch": self.params.get("epochs")})
        for callback in self.callbacks:
            if isinstance(callback, OldCallback):
                callback.validation_data = validation

    def _set_model(self, model: Any) -> None:
        self.set_model(model)

    def _set_params(self, params: dict[str, Any]) -> None:
        self.set_params(params)

    def _of_batch(self, hook: str, batch: int, logs: Any) -> Any:
        """The logs of a batch as they were."""
        release = getattr(self.model, "release", None)
        logs = with_both_names(logs)
        if release is None or release.formulas in ("tf2", "keras3"):
            return logs
        size = self.batch_samples
        if hook.endswith("end"):
            if batch == 0:
                self._seen, self._means = 0, {}
            own = {name: self._own(name, value, size, release) for name, value in logs.items()}
            self._seen, self._means = self._seen + size, dict(logs)
            logs = with_both_names(own)
        logs["batch"], logs["size"] = batch, size
        return logs

    def _own(self, name: str, mean: Any, size: int, release: Any) -> Any:
        """The value of a batch alone, from means over all samples so far with and without it."""
        if not (release.is_before_2_3 or name.endswith("loss")) or not size or not isinstance(mean, float):
            return mean
        return (mean * (self._seen + size) - self._means.get(name, 0.0) * self._seen) / size


def _forwarding(hook: str) -> Any:
    inner = getattr(CallbackList, hook)

    def forward(self: OldCallbackList, *args: Any, logs: Any = None) -> None:
        count = int("epoch" in hook or "batch" in hook)
        given = args[count] if len(args) > count else logs
        is_of_batch = "batch" in hook and "predict" not in hook
        given = self._of_batch(hook, args[0], given) if is_of_batch else with_both_names(given)
        inner(self, *args[:count], given)

    forward.__name__ = hook
    return forward


for _hook in (*HOOKS, "on_batch_begin", "on_batch_end"):
    setattr(OldCallbackList, _hook, _forwarding(_hook))
