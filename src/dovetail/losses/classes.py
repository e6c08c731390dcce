"""The losses as classes: each is its function, with the arguments fixed."""

from typing import Any

from . import functions
from .loss import Loss


class _Plain(Loss):
    """A loss whose function takes targets and predictions only."""

    function: Any = None

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return type(self).function(y_true, y_pred)


def _plain(function: Any, class_name: str, loss_name: str) -> type[Loss]:
    """The class of a loss without arguments of its own."""

    class Plain(_Plain):
        def __init__(self, reduction: str | None = "sum_over_batch_size", name: str = loss_name, dtype: Any = None):
            super().__init__(name=name, reduction=reduction, dtype=dtype)

    Plain.function = staticmethod(function)
    Plain.__name__ = Plain.__qualname__ = class_name
    Plain.__doc__ = function.__doc__
    return Plain


MeanSquaredError = _plain(functions.mean_squared_error, "MeanSquaredError", "mean_squared_error")
MeanAbsoluteError = _plain(functions.mean_absolute_error, "MeanAbsoluteError", "mean_absolute_error")
MeanAbsolutePercentageError = _plain(
    functions.mean_absolute_percentage_error, "MeanAbsolutePercentageError", "mean_absolute_percentage_error"
)
MeanSquaredLogarithmicError = _plain(
    functions.mean_squared_logarithmic_error, "MeanSquaredLogarithmicError", "mean_squared_logarithmic_error"
)
LogCosh = _plain(functions.log_cosh, "LogCosh", "log_cosh")
KLDivergence = _plain(functions.kl_divergence, "KLDivergence", "kl_divergence")
Poisson = _plain(functions.poisson, "Poisson", "poisson")
CTC = _plain(functions.ctc, "CTC", "ctc")
Hinge = _plain(functions.hinge, "Hinge", "hinge")
SquaredHinge = _plain(functions.squared_hinge, "SquaredHinge", "squared_hinge")
CategoricalHinge = _plain(functions.categorical_hinge, "CategoricalHinge", "categorical_hinge")


class Huber(Loss):
    __doc__ = functions.huber.__doc__

    def __init__(
        self,
        delta: float = 1.0,
        reduction: str | None = "sum_over_batch_size",
        name: str = "huber_loss",
        dtype: Any = None,
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.delta = delta

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return functions.huber(y_true, y_pred, self.delta)


class CosineSimilarity(Loss):
    __doc__ = functions.cosine_similarity.__doc__

    def __init__(
        self,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "cosine_similarity",
        dtype: Any = None,
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.axis = axis

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return functions.cosine_similarity(y_true, y_pred, self.axis)


class BinaryCrossentropy(Loss):
    __doc__ = functions.binary_crossentropy.__doc__

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "binary_crossentropy",
        dtype: Any = None,
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.from_logits, self.label_smoothing, self.axis = from_logits, label_smoothing, axis

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return functions.binary_crossentropy(y_true, y_pred, self.from_logits, self.label_smoothing, self.axis)


class BinaryFocalCrossentropy(Loss):
    __doc__ = functions.binary_focal_crossentropy.__doc__

    def __init__(
        self,
        apply_class_balancing: bool = False,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "binary_focal_crossentropy",
        dtype: Any = None,
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.apply_class_balancing, self.alpha, self.gamma = apply_class_balancing, alpha, gamma
        self.from_logits, self.label_smoothing, self.axis = from_logits, label_smoothing, axis

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return functions.binary_focal_crossentropy(
            y_true, y_pred, self.apply_class_balancing, self.alpha, self.gamma, self.from_logits,
            self.label_smoothing, self.axis,
        )  # fmt: skip


class CategoricalCrossentropy(Loss):
    __doc__ = functions.categorical_crossentropy.__doc__

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "categorical_crossentropy",
        dtype: Any = None,
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.from_logits, self.label_smoothing, self.axis = from_logits, label_smoothing, axis

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return functions.categorical_crossentropy(y_true, y_pred, self.from_logits, self.label_smoothing, self.axis)


class CategoricalFocalCrossentropy(Loss):
    __doc__ = functions.categorical_focal_crossentropy.__doc__

    def __init__(
        self,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "categorical_focal_crossentropy",
        dtype: Any = None,
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.alpha, self.gamma = alpha, gamma
        self.from_logits, self.label_smoothing, self.axis = from_logits, label_smoothing, axis

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return functions.categorical_focal_crossentropy(
            y_true, y_pred, self.alpha, self.gamma, self.from_logits, self.label_smoothing, self.axis
        )


class SparseCategoricalCrossentropy(Loss):
    __doc__ = functions.sparse_categorical_crossentropy.__doc__
    takes_class_numbers = True

    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction: str | None = "sum_over_batch_size",
        axis: int = -1,
        name: str = "sparse_categorical_crossentropy",
        dtype: Any = None,
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.from_logits, self.ignore_class, self.axis = from_logits, ignore_class, axis

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return functions.sparse_categorical_crossentropy(y_true, y_pred, self.from_logits, self.ignore_class, self.axis)

    def counted(self, y_true: Any, losses: Any) -> Any:
        """Means are over the samples whose class is not ignored."""
        return None if self.ignore_class is None else (y_true != self.ignore_class).reshape(losses.shape)


class CategoricalGeneralizedCrossEntropy(Loss):
    __doc__ = functions.categorical_generalized_cross_entropy.__doc__
    takes_class_numbers = True

    def __init__(
        self,
        q: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str = "categorical_generalized_cross_entropy",
        dtype: Any = None,
    ):
        if not 0 < q < 1:
            raise ValueError(f"`q` is between 0 and 1, not {q!r}")
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.q = q

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return functions.categorical_generalized_cross_entropy(y_true, y_pred, self.q)


class Circle(Loss):
    __doc__ = functions.circle.__doc__
    takes_class_numbers = True

    def __init__(
        self,
        gamma: float = 80.0,
        margin: float = 0.4,
        remove_diagonal: bool = True,
        reduction: str | None = "sum_over_batch_size",
        name: str = "circle",
        dtype: Any = None,
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.gamma, self.margin, self.remove_diagonal = gamma, margin, remove_diagonal

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return functions.circle(
            y_true, y_pred, remove_diagonal=self.remove_diagonal, gamma=self.gamma, margin=self.margin
        )

    def counted(self, y_true: Any, losses: Any) -> Any:
        """Means are over the samples that have both an equal and a different one in the batch."""
        return losses > 0


class Dice(Loss):
    __doc__ = functions.dice.__doc__

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str = "dice", axis: Any = None, dtype: Any = None
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.axis = axis

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return functions.dice(y_true, y_pred, self.axis)


class Tversky(Loss):
    __doc__ = functions.tversky.__doc__

    def __init__(
        self,
        alpha: float = 0.5,
        beta: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str = "tversky",
        axis: Any = None,
        dtype: Any = None,
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.alpha, self.beta, self.axis = alpha, beta, axis

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return functions.tversky(y_true, y_pred, self.alpha, self.beta, self.axis)
