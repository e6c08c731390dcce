"""`keras.wrappers.scikit_learn`: functions that build models as scikit-learn estimators, as old releases had them."""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from ..engine.errors import StateError, did_you_mean
from ..engine.extras import needed
from .utils.np_utils import to_categorical

__all__ = ["BaseWrapper", "KerasClassifier", "KerasRegressor"]

# which arguments of the constructor go to which method of the model
FIT = frozenset(
    "batch_size epochs nb_epoch verbose callbacks validation_split validation_data shuffle class_weight sample_weight "
    "initial_epoch steps_per_epoch validation_steps validation_freq".split()
)
PREDICT = frozenset("batch_size verbose steps callbacks".split())
EVALUATE = frozenset("batch_size verbose sample_weight steps callbacks".split())


class BaseWrapper:
    """A function that builds a compiled model, as a scikit-learn estimator.

    Args:
        build_fn: the function, or an object with `__call__`; None uses the subclass's own `__call__`.
        sk_params: arguments of that function, of the model's `fit`, `predict` and `evaluate`. All can be searched over.

    Attributes:
        model: the trained model.
    """

    estimator_type = ""

    def __init__(self, build_fn: Any = None, **sk_params: Any):
        self.build_fn = build_fn
        self.sk_params = sk_params
        self.check_params(sk_params)

    def check_params(self, params: dict[str, Any]) -> None:
        """Raise a ValueError for a name that nothing takes."""
        taken = inspect.signature(self._builder()).parameters
        if any(parameter.kind == parameter.VAR_KEYWORD for parameter in taken.values()):
            return
        known = {*taken, *FIT, *PREDICT, *EVALUATE, "build_fn"}
        for name in params:
            if name not in known:
                raise ValueError(f"{name} is not a legal parameter{did_you_mean(name, known)}")

    def get_params(self, deep: bool = True, **params: Any) -> dict[str, Any]:
        """All arguments by name."""
        return self.sk_params | {"build_fn": self.build_fn}

    def set_params(self, **params: Any) -> "BaseWrapper":
        """Change arguments."""
        self.check_params(params)
        self.build_fn = params.pop("build_fn", self.build_fn)
        self.sk_params.update(params)
        return self

    def fit(self, x: Any, y: Any, **kwargs: Any) -> Any:
        """Build a new model and train it; `kwargs` come before the constructor's arguments.

        Returns:
            The history.
        """
        build = self._builder()
        self.model = build(**self.filter_sk_params(build))
        return self.model.fit(x, self._targets(y), **self._chosen(FIT, kwargs))

    def filter_sk_params(self, fn: Callable[..., Any], override: dict[str, Any] | None = None) -> dict[str, Any]:
        """The arguments that a function takes, with others in their place."""
        return self._chosen(frozenset(inspect.signature(fn).parameters), override or {})

    def _builder(self) -> Callable[..., Any]:
        build = self if self.build_fn is None else self.build_fn
        if not callable(build):
            raise TypeError(f"{type(self).__name__} needs `build_fn`, a function that builds a compiled model")
        return build

    def _chosen(self, names: frozenset[str], override: dict[str, Any]) -> dict[str, Any]:
        chosen = {name: value for name, value in self.sk_params.items() if name in names} | override
        if "nb_epoch" in chosen:
            chosen["epochs"] = chosen.pop("nb_epoch")
        return chosen

    def _fitted(self) -> Any:
        if not hasattr(self, "model"):
            raise StateError(f"{type(self).__name__} is not fitted: call `fit` first")
        return self.model

    def _targets(self, y: Any) -> np.ndarray:
        """The targets, as one-hot rows where the loss wants them."""
        y = np.asarray(y)
        return to_categorical(y) if y.ndim != 2 and _is_categorical(self._fitted()) else y

    def __sklearn_tags__(self) -> Any:
        utils = needed("sklearn.utils")
        is_classifier = self.estimator_type == "classifier"
        return utils.Tags(
            estimator_type=self.estimator_type or None,
            target_tags=utils.TargetTags(required=True),
            classifier_tags=utils.ClassifierTags() if is_classifier else None,
            regressor_tags=None if is_classifier else utils.RegressorTags(),
            non_deterministic=True,
        )


def _is_categorical(model: Any) -> bool:
    """Whether the model's loss takes one-hot rows."""
    loss = model._objective.loss
    name = getattr(loss, "__name__", None) or getattr(loss, "name", None) or str(loss)
    return name == "categorical_crossentropy"


class KerasClassifier(BaseWrapper):
    """A classifier; see `BaseWrapper`.

    Attributes:
        classes_: the labels, sorted.
    """

    estimator_type = "classifier"

    def fit(self, x: Any, y: Any, sample_weight: Any = None, **kwargs: Any) -> Any:
        """Build a new model and train it. `y` are labels, or one-hot rows."""
        y = np.asarray(y)
        if y.ndim == 2 and y.shape[1] > 1:
            self.classes_ = np.arange(y.shape[1])
        elif y.ndim in (1, 2):
            self.classes_ = np.unique(y)
            y = np.searchsorted(self.classes_, y)
        else:
            raise ValueError(f"Invalid shape for y: {y.shape}; labels are (samples,), one-hot rows (samples, classes)")
        self.n_classes_ = len(self.classes_)
        if sample_weight is not None:
            kwargs["sample_weight"] = sample_weight
        return super().fit(x, y, **kwargs)

    def predict(self, x: Any, **kwargs: Any) -> np.ndarray:
        """The likeliest label of each sample; of shape (samples, 1) for models with one output."""
        outputs = np.asarray(self._fitted().predict(x, **self._chosen(PREDICT, kwargs)))
        return self.classes_[outputs.argmax(axis=-1) if outputs.shape[-1] > 1 else (outputs > 0.5).astype("int32")]

    def predict_proba(self, x: Any, **kwargs: Any) -> np.ndarray:
        """The probability of every class, also for models with one output."""
        outputs = np.asarray(self._fitted().predict(x, **self._chosen(PREDICT, kwargs)))
        return np.hstack([1 - outputs, outputs]) if outputs.shape[1] == 1 else outputs

    def score(self, x: Any, y: Any, **kwargs: Any) -> float:
        """The mean accuracy.

        Raises:
            ValueError: the model is not compiled with `metrics=["accuracy"]`.
        """
        model = self._fitted()
        y = self._targets(np.searchsorted(self.classes_, np.asarray(y)))
        values = model.evaluate(x, y, **self._chosen(EVALUATE, kwargs))
        for name, value in zip(model.metrics_names, np.atleast_1d(values), strict=False):
            if name in ("accuracy", "acc"):
                return float(value)
        raise ValueError(
            'The model is not configured to compute accuracy. You should pass `metrics=["accuracy"]` to the '
            "`model.compile()` method."
        )


class KerasRegressor(BaseWrapper):
    """A regressor; see `BaseWrapper`."""

    estimator_type = "regressor"
    sign = -1  # so that more is better

    def predict(self, x: Any, **kwargs: Any) -> np.ndarray:
        """The model's outputs, (samples,) for models with one."""
        outputs = np.asarray(self._fitted().predict(x, **self._chosen(PREDICT, kwargs)))
        return outputs[..., 0] if outputs.shape[-1] == 1 else outputs

    def score(self, x: Any, y: Any, **kwargs: Any) -> float:
        """The loss, negative (since Keras 2)."""
        values = self._fitted().evaluate(x, self._targets(y), **self._chosen(EVALUATE, kwargs))
        return self.sign * float(np.atleast_1d(values)[0])


class KerasRegressorKeras1(KerasRegressor):
    """`KerasRegressor` of Keras 1, whose score is the loss itself."""

    sign = 1


KerasRegressorKeras1.__name__ = "KerasRegressor"
KERAS1 = {"KerasRegressor": KerasRegressorKeras1}
