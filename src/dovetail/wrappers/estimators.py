"""Models as scikit-learn estimators: they go into pipelines, searches and cross-validation.

This module imports scikit-learn; `dovetail.wrappers` imports it when it is asked for.
"""

import copy
from typing import Any

import numpy as np
import sklearn
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, TransformerMixin
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import check_is_fitted, validate_data

from ..engine.configs import keeping_objects
from ..engine.errors import StateError
from ..models import Model, clone_model


class SKLearnBase(BaseEstimator):
    """A model as a scikit-learn estimator.

    Args:
        model: a compiled model, of which every `fit` trains a new copy with new weights; or a function
            `model(X, y, **model_kwargs)` that makes one.
        warm_start: `fit` goes on with the model of the last `fit`.
        model_kwargs: for the function.
        fit_kwargs: for the model's `fit`; keywords of this `fit` come before them.

    Attributes:
        model_: the trained model.
        history_: what its `fit` returned.
    """

    def __init__(
        self,
        model: Any,
        warm_start: bool = False,
        model_kwargs: dict[str, Any] | None = None,
        fit_kwargs: dict[str, Any] | None = None,
    ):
        self.model, self.warm_start, self.model_kwargs, self.fit_kwargs = model, warm_start, model_kwargs, fit_kwargs

    def fit(self, X: Any, y: Any, **kwargs: Any) -> Any:
        """Train the model; `kwargs` go to its `fit`."""
        X, y = validate_data(self, X, y, multi_output=True)
        y = self._learn_targets(y)
        model = self.model_ if self.warm_start and hasattr(self, "model_") else self._new_model(X, y)
        if not model.compiled or model.optimizer is None:
            raise StateError("the given model is not compiled: call `compile` with a loss and an optimizer first")
        self.history_ = model.fit(X, self._encoded(y, model), **((self.fit_kwargs or {}) | kwargs))
        self.model_ = model
        return self

    def _new_model(self, X: Any, y: Any) -> Any:
        if not isinstance(self.model, Model):
            return self.model(X=X, y=y, **(self.model_kwargs or {}))
        model = clone_model(self.model)
        if self.model.compiled:
            with keeping_objects():
                model.compile_from_config(self.model.get_compile_config() or {})
        return model

    def _outputs_of(self, X: Any) -> Any:
        check_is_fitted(self)
        return self.model_.predict(validate_data(self, X, reset=False), verbose=0)

    def _learn_targets(self, y: np.ndarray) -> np.ndarray:
        """Remember what predictions look like; the targets as `model` functions get them: (samples, outputs)."""
        type_of_target(y, input_name="y", raise_unknown=True)
        self._target_ndim = y.ndim
        return y.reshape(-1, 1) if y.ndim == 1 else y

    def _encoded(self, y: np.ndarray, model: Any) -> np.ndarray:
        """The targets as the model takes them."""
        return y

    def _decoded(self, outputs: np.ndarray) -> np.ndarray:
        return outputs[:, 0] if self._target_ndim == 1 and outputs.shape[1:] == (1,) else outputs

    def set_fit_request(self, **kwargs: Any) -> Any:
        """Ask scikit-learn's metadata routing for keywords of `fit`, such as `sample_weight=True`."""
        if not sklearn.get_config()["enable_metadata_routing"]:
            raise RuntimeError("metadata routing is off: sklearn.set_config(enable_metadata_routing=True)")
        request = copy.deepcopy(self._get_metadata_request())
        for name, alias in kwargs.items():
            request.fit.add_request(param=name, alias=alias)
        self._metadata_request = request
        return self

    def __sklearn_clone__(self) -> Any:
        """A new estimator with the same arguments. A model is shared: `fit` trains copies of it."""
        return type(self)(**{name: copy.copy(value) if name != "model" else value for name, value in self._arguments()})

    def _arguments(self) -> Any:
        return self.get_params(deep=False).items()

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.non_deterministic = True
        return tags


class SKLearnClassifier(ClassifierMixin, SKLearnBase):
    __doc__ = f"""{SKLearnBase.__doc__}    classes_: the labels, sorted.

    The model has an output for each class (`categorical_crossentropy`), or for two classes a single one.
    """

    def predict(self, X: Any) -> np.ndarray:
        """The likeliest label of each sample."""
        indices = np.argmax(self.predict_proba(X), axis=1)
        return self.classes_[indices]

    def predict_proba(self, X: Any) -> np.ndarray:
        """The model's output for each class, in the order of `classes_`."""
        outputs = self._outputs_of(X)
        return np.hstack([1 - outputs, outputs]) if outputs.shape[1] == 1 else outputs

    def decision_function(self, X: Any) -> np.ndarray:
        """The model's output for each class; for two classes by how much the second's is larger: above 0 it is that."""
        outputs = self.predict_proba(X)
        return outputs[:, 1] - outputs[:, 0] if len(self.classes_) == 2 else outputs

    def _learn_targets(self, y: np.ndarray) -> np.ndarray:
        kind = type_of_target(y, input_name="y", raise_unknown=True)
        if kind not in ("binary", "multiclass"):
            raise ValueError(f"Unknown label type: {kind}. Only binary and multiclass target types are supported.")
        self.classes_, indices = np.unique(y, return_inverse=True)
        if len(self.classes_) == 1:
            raise ValueError("Classifier can't train when only one class is present.")
        return np.eye(len(self.classes_))[indices.reshape(-1)]

    def _encoded(self, y: np.ndarray, model: Any) -> np.ndarray:
        is_single = model._graph is not None and model.output_shape[-1] == 1
        return y[:, 1:] if is_single and y.shape[1] == 2 else y

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.poor_score = True
        return tags


class SKLearnRegressor(RegressorMixin, SKLearnBase):
    __doc__ = SKLearnBase.__doc__

    def predict(self, X: Any) -> np.ndarray:
        """The model's outputs, in the shape that `y` had."""
        return self._decoded(self._outputs_of(X))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.regressor_tags.poor_score = True
        tags.target_tags.single_output = True
        return tags


class SKLearnTransformer(TransformerMixin, SKLearnBase):
    __doc__ = SKLearnBase.__doc__

    def transform(self, X: Any) -> np.ndarray:
        """The model's outputs."""
        return self._outputs_of(X)

    def predict(self, X: Any) -> np.ndarray:
        """As `transform`, in the shape that `y` had."""
        return self._decoded(self._outputs_of(X))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        return tags
