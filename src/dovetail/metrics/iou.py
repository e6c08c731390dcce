"""Intersection over union: how well predicted regions cover the true ones, from a confusion matrix."""

import warnings
from typing import Any

import jax.numpy as jnp

from ..engine.dtypes import is_float
from .confusion import divided
from .metric import Metric


class IoU(Metric):
    """Mean over classes of `right / (right + wrongly said + missed)`, pixels as well as samples.

    Args:
        num_classes: how many there are; labels outside 0 to `num_classes - 1` do not count.
        target_class_ids: the classes averaged over; those that never occurred are left out.
        ignore_class: a label whose entries do not count.
        sparse_y_true, sparse_y_pred: whether targets and predictions are class numbers; if not, `axis`
            holds a score for each class.
        axis: of the classes.

    The state is of whole numbers, as Keras has it, so fractions of sample weights are cut off; give
    `dtype="float32"` to keep them.
    """

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Any,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ):
        super().__init__(name=name, dtype=dtype or "int32")
        target_class_ids = list(target_class_ids)
        outside = [number for number in target_class_ids if not 0 <= number < num_classes]
        if outside:
            raise ValueError(
                f"target class {outside[0]} does not exist: "
                f"with `num_classes={num_classes}` they are 0 to {num_classes - 1}"
            )
        self.num_classes, self.target_class_ids, self.ignore_class = num_classes, target_class_ids, ignore_class
        self.sparse_y_true, self.sparse_y_pred, self.axis = sparse_y_true, sparse_y_pred, axis
        self.total_cm = self.add_variable((num_classes, num_classes), "zeros", name="total_confusion_matrix")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        y_true, y_pred = jnp.asarray(y_true), jnp.asarray(y_pred)
        y_true = y_true if self.sparse_y_true else jnp.argmax(y_true, axis=self.axis)
        y_pred = y_pred if self.sparse_y_pred else jnp.argmax(y_pred, axis=self.axis)
        weight = jnp.ones(y_true.shape, self.dtype)
        if sample_weight is not None:
            given = jnp.asarray(sample_weight)
            if is_float(given.dtype) and not is_float(self.dtype):
                warnings.warn(
                    f"{self.name!r} counts in {self.dtype}, so fractions of sample weights are cut off; "
                    'make it with dtype="float32" to keep them',
                    stacklevel=3,
                )
            given = given.astype(self.dtype)
            given = given.reshape(given.shape + (1,) * (y_true.ndim - given.ndim))
            weight = jnp.broadcast_to(given, y_true.shape)
        rows, columns = y_true.reshape(-1).astype(jnp.int32), y_pred.reshape(-1).astype(jnp.int32)
        counts = (rows >= 0) & (columns >= 0)  # an index below 0 would count from the end
        if self.ignore_class is not None:
            counts &= rows != self.ignore_class
        weight = jnp.where(counts, weight.reshape(-1), 0)
        self.total_cm.assign(self.total_cm.value.at[rows, columns].add(weight, mode="drop"))

    def result(self) -> Any:
        matrix = self.total_cm.value.astype(jnp.float32)
        right = jnp.diag(matrix)
        union = matrix.sum(0) + matrix.sum(1) - right
        chosen = jnp.asarray(self.target_class_ids)
        shares, occurred = divided(right, union)[chosen], (union > 0)[chosen]
        return divided(jnp.sum(shares), jnp.sum(occurred))


class BinaryIoU(IoU):
    """Intersection over union of two classes, from one score: class 1 from `threshold` on.

    Args:
        target_class_ids: the classes averaged over.
        threshold: scores of at least this are class 1.
    """

    def __init__(
        self,
        target_class_ids: Any = (0, 1),
        threshold: float = 0.5,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__(num_classes=2, target_class_ids=target_class_ids, name=name, dtype=dtype)
        self.threshold = threshold

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        said = (jnp.asarray(y_pred) >= self.threshold).astype(jnp.int32)
        super().update_state(y_true, said, sample_weight)


class MeanIoU(IoU):
    """Intersection over union, averaged over all classes that occurred; arguments as in `IoU`."""

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ):
        super().__init__(num_classes, range(num_classes), name, dtype, ignore_class, sparse_y_true, sparse_y_pred, axis)


class OneHotIoU(IoU):
    """`IoU` with one-hot targets and a score for each class (unless `sparse_y_pred`)."""

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Any,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ):
        super().__init__(num_classes, target_class_ids, name, dtype, ignore_class, False, sparse_y_pred, axis)


class OneHotMeanIoU(MeanIoU):
    """`MeanIoU` with one-hot targets and a score for each class (unless `sparse_y_pred`)."""

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ):
        super().__init__(num_classes, name, dtype, ignore_class, False, sparse_y_pred, axis)
