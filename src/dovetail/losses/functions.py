"""Losses as functions of (y_true, y_pred): one value for each sample (the last axis is averaged or summed)."""

import math
from typing import Any

import jax
import jax.numpy as jnp

from ..engine.errors import ShapeError, format_shape
from ..engine.settings import epsilon


def _prepared(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    """Both as float arrays of the prediction's dtype and of the same rank."""
    y_pred = jnp.asarray(y_pred)
    if not jnp.issubdtype(y_pred.dtype, jnp.floating):
        y_pred = y_pred.astype("float32")
    y_true = jnp.asarray(y_true, y_pred.dtype)
    return same_rank(y_true, y_pred)


def same_rank(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    """An axis of size 1 at the end is added or dropped where only one of the two has it."""
    if y_true.ndim == y_pred.ndim + 1 and y_true.shape[-1] == 1:
        y_true = y_true[..., 0]
    elif y_pred.ndim == y_true.ndim + 1 and y_pred.shape[-1] == 1:
        y_true = y_true[..., None]
    return y_true, y_pred


def check_same_shape(name: str, y_true: Any, y_pred: Any) -> None:
    """Targets must have the shape of the prediction: broadcasting one to the other is never what was meant.

    Raises:
        ShapeError: they do not; both shapes are named, and for labels the loss that takes them.
    """
    if y_true.shape == y_pred.shape:
        return
    told = f"{name} got targets {_shape(y_true)} for predictions {_shape(y_pred)}. "
    if name == "categorical_crossentropy" and (y_true.ndim < y_pred.ndim or y_true.shape[-1] == 1):
        raise ShapeError(told + "For class numbers use sparse_categorical_crossentropy, or one-hot encode the targets.")
    raise ShapeError(
        told + f"Make the model's last layer {y_true.shape[-1] if y_true.ndim else 1} wide, or the targets alike."
    )


def _shape(x: Any) -> str:
    return format_shape((None, *x.shape[1:])) if x.ndim else "()"


def mean_squared_error(y_true, y_pred):
    """`mean((y_true - y_pred)^2)` over the last axis."""
    y_true, y_pred = _prepared(y_true, y_pred)
    check_same_shape("mean_squared_error", y_true, y_pred)
    return jnp.mean(jnp.square(y_true - y_pred), axis=-1)


def mean_absolute_error(y_true, y_pred):
    """`mean(|y_true - y_pred|)` over the last axis."""
    y_true, y_pred = _prepared(y_true, y_pred)
    check_same_shape("mean_absolute_error", y_true, y_pred)
    return jnp.mean(jnp.abs(y_true - y_pred), axis=-1)


def mean_absolute_percentage_error(y_true, y_pred):
    """`100 * mean(|y_true - y_pred| / max(|y_true|, epsilon))`."""
    y_true, y_pred = _prepared(y_true, y_pred)
    check_same_shape("mean_absolute_percentage_error", y_true, y_pred)
    return 100.0 * jnp.mean(jnp.abs((y_true - y_pred) / jnp.maximum(jnp.abs(y_true), epsilon())), axis=-1)


def mean_squared_logarithmic_error(y_true, y_pred):
    """`mean((log(y_true + 1) - log(y_pred + 1))^2)`; values below epsilon count as epsilon."""
    y_true, y_pred = _prepared(y_true, y_pred)
    check_same_shape("mean_squared_logarithmic_error", y_true, y_pred)
    logs = [jnp.log(jnp.maximum(y, epsilon()) + 1) for y in (y_pred, y_true)]
    return jnp.mean(jnp.square(logs[0] - logs[1]), axis=-1)


def huber(y_true, y_pred, delta=1.0):
    """Squared error up to `delta`, linear beyond. Reference: Huber 1964."""
    y_true, y_pred = _prepared(y_true, y_pred)
    check_same_shape("huber", y_true, y_pred)
    delta = jnp.asarray(delta, y_pred.dtype)
    error = jnp.abs(y_pred - y_true)
    return jnp.mean(jnp.where(error <= delta, 0.5 * jnp.square(error), delta * error - 0.5 * delta**2), axis=-1)


def log_cosh(y_true, y_pred):
    """`mean(log(cosh(y_pred - y_true)))`."""
    y_true, y_pred = _prepared(y_true, y_pred)
    check_same_shape("log_cosh", y_true, y_pred)
    error = y_pred - y_true
    return jnp.mean(error + jax.nn.softplus(-2.0 * error) - math.log(2.0), axis=-1)


def cosine_similarity(y_true, y_pred, axis=-1):
    """`-sum(unit(y_true) * unit(y_pred))`: -1 for the same direction."""
    y_true, y_pred = _prepared(y_true, y_pred)
    check_same_shape("cosine_similarity", y_true, y_pred)
    return -jnp.sum(_unit(y_true, axis) * _unit(y_pred, axis), axis=axis)


def _unit(x: Any, axis: int) -> Any:
    return x * jax.lax.rsqrt(jnp.maximum(jnp.sum(jnp.square(x), axis=axis, keepdims=True), 1e-12))


def kl_divergence(y_true, y_pred):
    """`sum(y_true * log(y_true / y_pred))`, both clipped to epsilon and 1."""
    y_true, y_pred = _prepared(y_true, y_pred)
    check_same_shape("kl_divergence", y_true, y_pred)
    y_true, y_pred = jnp.clip(y_true, epsilon(), 1), jnp.clip(y_pred, epsilon(), 1)
    return jnp.sum(y_true * jnp.log(y_true / y_pred), axis=-1)


def poisson(y_true, y_pred):
    """`mean(y_pred - y_true * log(y_pred))`."""
    y_true, y_pred = _prepared(y_true, y_pred)
    check_same_shape("poisson", y_true, y_pred)
    return jnp.mean(y_pred - y_true * jnp.log(y_pred + epsilon()), axis=-1)


def _signs(y_true: Any) -> Any:
    """Labels 0 and 1 become -1 and 1; others stay."""
    is_binary = jnp.all((y_true == 0) | (y_true == 1))
    return jnp.where(is_binary, 2 * y_true - 1, y_true)


def hinge(y_true, y_pred):
    """`mean(max(1 - y_true * y_pred, 0))`; targets are -1 and 1 (0 and 1 are converted)."""
    y_true, y_pred = _prepared(y_true, y_pred)
    check_same_shape("hinge", y_true, y_pred)
    return jnp.mean(jnp.maximum(1 - _signs(y_true) * y_pred, 0), axis=-1)


def squared_hinge(y_true, y_pred):
    """`mean(max(1 - y_true * y_pred, 0)^2)`."""
    y_true, y_pred = _prepared(y_true, y_pred)
    check_same_shape("squared_hinge", y_true, y_pred)
    return jnp.mean(jnp.square(jnp.maximum(1 - _signs(y_true) * y_pred, 0)), axis=-1)


def categorical_hinge(y_true, y_pred):
    """`max(best wrong - right + 1, 0)` for one-hot targets."""
    y_true, y_pred = _prepared(y_true, y_pred)
    check_same_shape("categorical_hinge", y_true, y_pred)
    right = jnp.sum(y_true * y_pred, axis=-1)
    wrong = jnp.max((1 - y_true) * y_pred, axis=-1)
    return jnp.maximum(wrong - right + 1, 0)


def _smoothed(y_true: Any, label_smoothing: Any, classes: int) -> Any:
    if isinstance(label_smoothing, (int, float)) and not label_smoothing:
        return y_true
    return y_true * (1 - label_smoothing) + label_smoothing / classes


def binary_crossentropy(y_true, y_pred, from_logits=False, label_smoothing=0.0, axis=-1):
    """`-mean(y_true log(p) + (1 - y_true) log(1 - p))`; p is clipped to epsilon and 1 - epsilon."""
    y_true, y_pred = _prepared(y_true, y_pred)
    check_same_shape("binary_crossentropy", y_true, y_pred)
    return jnp.mean(_binary(_smoothed(y_true, label_smoothing, 2), y_pred, from_logits), axis=axis)


def _binary(y_true: Any, y_pred: Any, from_logits: bool) -> Any:
    if from_logits:
        return jnp.maximum(y_pred, 0) - y_pred * y_true + jnp.log1p(jnp.exp(-jnp.abs(y_pred)))
    p = jnp.clip(y_pred, epsilon(), 1 - epsilon())
    return -(y_true * jnp.log(p) + (1 - y_true) * jnp.log(1 - p))


def binary_focal_crossentropy(
    y_true, y_pred, apply_class_balancing=False, alpha=0.25, gamma=2.0, from_logits=False, label_smoothing=0.0, axis=-1
):
    """Binary crossentropy times `(1 - p_t)^gamma`. Reference: Lin et al. 2017, arXiv:1708.02002."""
    y_true, y_pred = _prepared(y_true, y_pred)
    check_same_shape("binary_focal_crossentropy", y_true, y_pred)
    y_true = _smoothed(y_true, label_smoothing, 2)
    p = jax.nn.sigmoid(y_pred) if from_logits else y_pred
    right = y_true * p + (1 - y_true) * (1 - p)
    loss = jnp.power(1 - right, gamma) * _binary(y_true, p, False)
    if apply_class_balancing:
        loss = (y_true * alpha + (1 - y_true) * (1 - alpha)) * loss
    return jnp.mean(loss, axis=axis)


def _log_probabilities(y_pred: Any, from_logits: bool, axis: int) -> Any:
    if from_logits:
        return jax.nn.log_softmax(y_pred, axis=axis)
    p = y_pred / jnp.sum(y_pred, axis=axis, keepdims=True)
    return jnp.log(jnp.clip(p, epsilon(), 1 - epsilon()))


def categorical_crossentropy(y_true, y_pred, from_logits=False, label_smoothing=0.0, axis=-1):
    """`-sum(y_true * log(p))`; probabilities are divided by their sum and clipped."""
    y_true, y_pred = _prepared(y_true, y_pred)
    check_same_shape("categorical_crossentropy", y_true, y_pred)
    y_true = _smoothed(y_true, label_smoothing, y_pred.shape[axis])
    return -jnp.sum(y_true * _log_probabilities(y_pred, from_logits, axis), axis=axis)


def categorical_focal_crossentropy(
    y_true, y_pred, alpha=0.25, gamma=2.0, from_logits=False, label_smoothing=0.0, axis=-1
):
    """Categorical crossentropy times `alpha * (1 - p)^gamma`. Reference: arXiv:1708.02002."""
    y_true, y_pred = _prepared(y_true, y_pred)
    check_same_shape("categorical_focal_crossentropy", y_true, y_pred)
    y_true = _smoothed(y_true, label_smoothing, y_pred.shape[axis])
    p = jax.nn.softmax(y_pred, axis=axis) if from_logits else y_pred
    p = jnp.clip(p / jnp.sum(p, axis=axis, keepdims=True), epsilon(), 1 - epsilon())
    return jnp.sum(-y_true * jnp.log(p) * jnp.power(1 - p, gamma) * alpha, axis=axis)


def sparse_categorical_crossentropy(y_true, y_pred, from_logits=False, ignore_class=None, axis=-1):
    """`-log(p[y_true])` for class numbers; labels equal to `ignore_class` cost nothing."""
    y_pred = jnp.asarray(y_pred)
    y_true = jnp.asarray(y_true)
    if y_true.ndim == y_pred.ndim and y_true.shape[-1] == 1:
        y_true = y_true[..., 0]
    axis = axis % y_pred.ndim
    expected = y_pred.shape[:axis] + y_pred.shape[axis + 1 :]
    if y_true.shape != expected:
        hint = ""
        if y_true.shape == y_pred.shape:
            hint = " For one-hot targets use categorical_crossentropy."
        raise ShapeError(
            f"sparse_categorical_crossentropy got targets {_shape(y_true)} for predictions {_shape(y_pred)}: "
            f"it takes class numbers {_shape(jnp.zeros(expected)) if expected else '()'}.{hint}"
        )
    labels = y_true.astype(jnp.int32)
    kept = None
    if ignore_class is not None:
        kept = labels != ignore_class
        labels = jnp.where(kept, labels, 0)
    logs = _log_probabilities(y_pred, from_logits, axis)
    found = jnp.take_along_axis(logs, jnp.expand_dims(labels, axis), axis=axis).squeeze(axis)
    # as the one-hot product has it: a label that is no class picks nothing
    inside = (labels >= 0) & (labels < y_pred.shape[axis])
    loss = jnp.where(inside, -found, 0)
    return loss if kept is None else jnp.where(kept, loss, 0)


def categorical_generalized_cross_entropy(y_true, y_pred, q):
    """`(1 - p[y_true]^q) / q`: from crossentropy (q to 0) to absolute error (q = 1). Reference: arXiv:1805.07836."""
    y_pred = jnp.asarray(y_pred)
    labels = jax.nn.one_hot(jnp.asarray(y_true, jnp.int32), y_pred.shape[-1], dtype=y_pred.dtype)
    labels = labels.reshape(y_pred.shape) if labels.ndim != y_pred.ndim else labels
    p = jnp.clip(jnp.sum(labels * y_pred, axis=-1), epsilon(), 1 - epsilon())
    return (1 - jnp.power(p, q)) / q


def dice(y_true, y_pred, axis=None):
    """`1 - 2 |overlap| / (|y_true| + |y_pred|)`."""
    y_true, y_pred = _prepared(y_true, y_pred)
    overlap = jnp.sum(y_true * y_pred, axis=axis)
    both = jnp.sum(y_true, axis=axis) + jnp.sum(y_pred, axis=axis)
    return 1 - (2 * overlap) / (both + epsilon())


def tversky(y_true, y_pred, alpha=0.5, beta=0.5, axis=None):
    """Dice loss with weights for false positives and false negatives. Reference: arXiv:1706.05721."""
    y_true, y_pred = _prepared(y_true, y_pred)
    overlap = jnp.sum(y_true * y_pred, axis=axis)
    false_positives = jnp.sum((1 - y_true) * y_pred, axis=axis)
    false_negatives = jnp.sum(y_true * (1 - y_pred), axis=axis)
    return 1 - overlap / (overlap + false_positives * alpha + false_negatives * beta + epsilon())
