"""Losses as functions of (y_true, y_pred): one value for each sample (the last axis is averaged or summed)."""

import math
from typing import Any

import jax
import jax.numpy as jnp

from ..engine.errors import ShapeError, format_shape
from ..engine.operation import lift
from ..engine.settings import epsilon

FUNCTIONS: dict[str, Any] = {}


def _public(function: Any) -> Any:
    """A loss that also takes symbolic tensors, and is known by its name in configurations."""
    function = lift(function)
    function.config_name = function.__name__
    FUNCTIONS[function.__name__] = function
    return function


def _prepared(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    """Both as float arrays of the prediction's dtype and of the same rank."""
    y_pred = jnp.asarray(y_pred)
    if not jnp.issubdtype(y_pred.dtype, jnp.floating):
        y_pred = y_pred.astype("float32")
    y_true = jnp.asarray(y_true, y_pred.dtype)
    if y_pred.ndim == 1 and y_true.shape == (*y_pred.shape, 1):
        return y_true, y_pred[:, None]  # so that every sample keeps its own value
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
        ShapeError: they do not; both shapes are named, and for class numbers the loss that takes them.
    """
    if y_true.shape == y_pred.shape:
        return
    told = f"{name} got targets {_shape(y_true)} for predictions {_shape(y_pred)}. "
    samples = [y.shape[0] if y.ndim else 1 for y in (y_true, y_pred)]
    if samples[0] != samples[1]:
        raise ShapeError(told + f"They have {samples[0]} and {samples[1]} samples.")
    is_class_number = y_true.ndim < y_pred.ndim or y_true.shape[-1] == 1
    if name.startswith("categorical") and is_class_number:
        loss = "use sparse_categorical_crossentropy, or " if name == "categorical_crossentropy" else ""
        raise ShapeError(told + f"For class numbers {loss}one-hot encode the targets.")
    if y_true.shape[1:-1] != y_pred.shape[1:-1]:
        raise ShapeError(told + "All axes but the last must be alike.")
    width = y_true.shape[-1] if y_true.ndim > 1 else 1
    raise ShapeError(told + f"Make the model's last layer {width} wide, or the targets alike.")


def _shape(x: Any) -> str:
    return format_shape((None, *x.shape[1:])) if x.ndim else "()"


@_public
def mean_squared_error(y_true, y_pred):
    """`mean((y_true - y_pred)^2)` over the last axis."""
    y_true, y_pred = _prepared(y_true, y_pred)
    check_same_shape("mean_squared_error", y_true, y_pred)
    return jnp.mean(jnp.square(y_true - y_pred), axis=-1)


@_public
def mean_absolute_error(y_true, y_pred):
    """`mean(|y_true - y_pred|)` over the last axis."""
    y_true, y_pred = _prepared(y_true, y_pred)
    check_same_shape("mean_absolute_error", y_true, y_pred)
    return jnp.mean(jnp.abs(y_true - y_pred), axis=-1)


@_public
def mean_absolute_percentage_error(y_true, y_pred):
    """`100 * mean(|y_true - y_pred| / max(|y_true|, epsilon))`."""
    y_true, y_pred = _prepared(y_true, y_pred)
    check_same_shape("mean_absolute_percentage_error", y_true, y_pred)
    return 100.0 * jnp.mean(jnp.abs((y_true - y_pred) / jnp.maximum(jnp.abs(y_true), epsilon())), axis=-1)


@_public
def mean_squared_logarithmic_error(y_true, y_pred):
    """`mean((log(y_true + 1) - log(y_pred + 1))^2)`; values below epsilon count as epsilon."""
    y_true, y_pred = _prepared(y_true, y_pred)
    check_same_shape("mean_squared_logarithmic_error", y_true, y_pred)
    logs = [jnp.log(jnp.maximum(y, epsilon()) + 1) for y in (y_pred, y_true)]
    return jnp.mean(jnp.square(logs[0] - logs[1]), axis=-1)


@_public
def huber(y_true, y_pred, delta=1.0):
    """Squared error up to `delta`, linear beyond. Reference: Huber 1964."""
    y_true, y_pred = _prepared(y_true, y_pred)
    check_same_shape("huber", y_true, y_pred)
    delta = jnp.asarray(delta, y_pred.dtype)
    error = jnp.abs(y_pred - y_true)
    return jnp.mean(jnp.where(error <= delta, 0.5 * jnp.square(error), delta * error - 0.5 * delta**2), axis=-1)


@_public
def log_cosh(y_true, y_pred):
    """`mean(log(cosh(y_pred - y_true)))`."""
    y_true, y_pred = _prepared(y_true, y_pred)
    check_same_shape("log_cosh", y_true, y_pred)
    error = y_pred - y_true
    return jnp.mean(error + jax.nn.softplus(-2.0 * error) - math.log(2.0), axis=-1)


@_public
def cosine_similarity(y_true, y_pred, axis=-1):
    """`-sum(unit(y_true) * unit(y_pred))`: -1 for the same direction."""
    y_true, y_pred = _prepared(y_true, y_pred)
    check_same_shape("cosine_similarity", y_true, y_pred)
    return -jnp.sum(_unit(y_true, axis) * _unit(y_pred, axis), axis=axis)


def _unit(x: Any, axis: int) -> Any:
    return x * jax.lax.rsqrt(jnp.maximum(jnp.sum(jnp.square(x), axis=axis, keepdims=True), 1e-12))


@_public
def kl_divergence(y_true, y_pred):
    """`sum(y_true * log(y_true / y_pred))`, both clipped to epsilon and 1."""
    y_true, y_pred = _prepared(y_true, y_pred)
    check_same_shape("kl_divergence", y_true, y_pred)
    y_true, y_pred = jnp.clip(y_true, epsilon(), 1), jnp.clip(y_pred, epsilon(), 1)
    return jnp.sum(y_true * jnp.log(y_true / y_pred), axis=-1)


@_public
def poisson(y_true, y_pred):
    """`mean(y_pred - y_true * log(y_pred))`."""
    y_true, y_pred = _prepared(y_true, y_pred)
    check_same_shape("poisson", y_true, y_pred)
    return jnp.mean(y_pred - y_true * jnp.log(y_pred + epsilon()), axis=-1)


def _signs(y_true: Any) -> Any:
    """Labels 0 and 1 become -1 and 1; others stay."""
    is_binary = jnp.all((y_true == 0) | (y_true == 1))
    return jnp.where(is_binary, 2 * y_true - 1, y_true)


@_public
def hinge(y_true, y_pred):
    """`mean(max(1 - y_true * y_pred, 0))`; targets are -1 and 1 (0 and 1 are converted)."""
    y_true, y_pred = _prepared(y_true, y_pred)
    check_same_shape("hinge", y_true, y_pred)
    return jnp.mean(jnp.maximum(1 - _signs(y_true) * y_pred, 0), axis=-1)


@_public
def squared_hinge(y_true, y_pred):
    """`mean(max(1 - y_true * y_pred, 0)^2)`."""
    y_true, y_pred = _prepared(y_true, y_pred)
    check_same_shape("squared_hinge", y_true, y_pred)
    return jnp.mean(jnp.square(jnp.maximum(1 - _signs(y_true) * y_pred, 0)), axis=-1)


@_public
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


@_public
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


@_public
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


def class_numbers(name: str, y_true: Any, y_pred: Any, axis: int) -> Any:
    """Targets as int32 in the shape of the prediction without its axis of classes.

    Raises:
        ShapeError: they have another shape; for one-hot targets the loss that takes them is named.
    """
    labels = jnp.asarray(y_true).astype(jnp.int32)
    if labels.ndim == y_pred.ndim and labels.shape[-1] == 1:
        labels = labels[..., 0]
    axis = axis % y_pred.ndim
    expected = y_pred.shape[:axis] + y_pred.shape[axis + 1 :]
    if labels.shape == expected:
        return labels
    wanted = format_shape((None, *expected[1:])) if expected else "()"
    hint = " For one-hot targets use categorical_crossentropy." if labels.shape == y_pred.shape else ""
    raise ShapeError(
        f"{name} got targets {_shape(labels)} for predictions {_shape(y_pred)}: it takes class numbers {wanted}.{hint}"
    )


def _log_probabilities(y_pred: Any, from_logits: bool, axis: int) -> Any:
    if from_logits:
        return jax.nn.log_softmax(y_pred, axis=axis)
    p = y_pred / jnp.sum(y_pred, axis=axis, keepdims=True)
    return jnp.log(jnp.clip(p, epsilon(), 1 - epsilon()))


@_public
def categorical_crossentropy(y_true, y_pred, from_logits=False, label_smoothing=0.0, axis=-1):
    """`-sum(y_true * log(p))`; probabilities are divided by their sum and clipped."""
    y_true, y_pred = _prepared(y_true, y_pred)
    check_same_shape("categorical_crossentropy", y_true, y_pred)
    y_true = _smoothed(y_true, label_smoothing, y_pred.shape[axis])
    return -jnp.sum(y_true * _log_probabilities(y_pred, from_logits, axis), axis=axis)


@_public
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


@_public
def sparse_categorical_crossentropy(y_true, y_pred, from_logits=False, ignore_class=None, axis=-1):
    """`-log(p[y_true])` for class numbers; labels equal to `ignore_class` cost nothing."""
    y_pred = jnp.asarray(y_pred)
    axis = axis % y_pred.ndim
    labels = class_numbers("sparse_categorical_crossentropy", y_true, y_pred, axis)
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


@_public
def categorical_generalized_cross_entropy(y_true, y_pred, q):
    """`(1 - p[y_true]^q) / q`: from crossentropy (q to 0) to absolute error (q = 1). Reference: arXiv:1805.07836."""
    y_pred = jnp.asarray(y_pred)
    y_true = class_numbers("categorical_generalized_cross_entropy", y_true, y_pred, -1)
    labels = jax.nn.one_hot(y_true, y_pred.shape[-1], dtype=y_pred.dtype)
    p = jnp.clip(jnp.sum(labels * y_pred, axis=-1), epsilon(), 1 - epsilon())
    return (1 - jnp.power(p, q)) / q


@_public
def dice(y_true, y_pred, axis=None):
    """`1 - 2 |overlap| / (|y_true| + |y_pred|)`."""
    y_true, y_pred = _prepared(y_true, y_pred)
    check_same_shape("dice", y_true, y_pred)
    axis = tuple(axis) if isinstance(axis, list) else axis
    overlap = jnp.sum(y_true * y_pred, axis=axis)
    both = jnp.sum(y_true, axis=axis) + jnp.sum(y_pred, axis=axis)
    return 1 - (2 * overlap) / (both + epsilon())


@_public
def tversky(y_true, y_pred, alpha=0.5, beta=0.5, axis=None):
    """Dice loss with weights for false positives (`alpha`) and false negatives (`beta`).

    Reference: Salehi et al. 2017, arXiv:1706.05721. Keras 3.15 swaps the two weights (keras#23333).
    """
    y_true, y_pred = _prepared(y_true, y_pred)
    check_same_shape("tversky", y_true, y_pred)
    axis = tuple(axis) if isinstance(axis, list) else axis
    overlap = jnp.sum(y_true * y_pred, axis=axis)
    false_positives = jnp.sum((1 - y_true) * y_pred, axis=axis)
    false_negatives = jnp.sum(y_true * (1 - y_pred), axis=axis)
    return 1 - overlap / (overlap + false_positives * alpha + false_negatives * beta + epsilon())


@_public
def ctc(y_true, y_pred):
    """Connectionist temporal classification: `-log` of the probability of all alignments of the labels.

    Shapes:
        y_true: (batch, labels), class numbers; 0 is the blank, and fills up at the end
        y_pred: (batch, steps, classes), logits
        output: (batch,)

    Reference: Graves et al. 2006, computed by `optax.ctc_loss`.
    """
    import optax  # only who uses optax pays for its import

    y_true, y_pred = jnp.asarray(y_true), jnp.asarray(y_pred)
    if y_true.ndim != 2 or y_pred.ndim != 3:
        raise ShapeError(
            f"ctc got targets {_shape(y_true)} for predictions {_shape(y_pred)}: "
            "it takes class numbers (batch, labels) and logits (batch, steps, classes)."
        )
    labels, logits = y_true.astype(jnp.int32), y_pred.astype(jnp.promote_types(y_pred.dtype, "float32"))
    num_labels = jnp.sum(labels != 0, axis=-1, keepdims=True)
    padding = (jnp.arange(labels.shape[1]) >= num_labels).astype(logits.dtype)
    return optax.ctc_loss(logits, jnp.zeros(logits.shape[:2], logits.dtype), labels, padding)


@_public
def circle(y_true, y_pred, ref_labels=None, ref_embeddings=None, remove_diagonal=True, gamma=80, margin=0.4):
    """Circle loss of class numbers and embeddings of length 1: equal classes close together, others apart.

    Args:
        ref_labels, ref_embeddings: what every sample is compared with; None takes the batch itself.
        remove_diagonal: whether a sample is not compared with itself.
        gamma: how much the hardest pairs outweigh the others.
        margin: how far below 1 the similarity of equal classes, and above 0 that of others, may stay.

    Shapes:
        y_true: (batch,) or (batch, 1)
        y_pred: (batch, features)
        output: (batch,)

    Reference: Sun et al. 2020, arXiv:2002.10857, equation 6, with gradients through the weights as in Keras.
    """
    y_pred = jnp.asarray(y_pred)
    others = y_pred if ref_embeddings is None else jnp.asarray(ref_embeddings)
    labels = jnp.asarray(y_true).astype(jnp.int32).reshape(-1)
    other_labels = labels if ref_labels is None else jnp.asarray(ref_labels).astype(jnp.int32).reshape(-1)
    if y_pred.ndim != 2 or len(labels) != len(y_pred) or len(other_labels) != len(others):
        raise ShapeError(
            f"circle got targets {jnp.shape(y_true)} for predictions {y_pred.shape}: "
            "it takes one class number for each embedding, (batch,) and (batch, features)."
        )
    distances = jnp.maximum(1 - y_pred @ others.T, 0)
    equal = labels[:, None] == other_labels[None, :]
    different = ~equal
    if remove_diagonal:
        equal = equal & ~jnp.eye(*equal.shape, dtype=bool)
    pull = gamma * jnp.maximum(margin + distances, 0) * (distances - margin)
    push = gamma * jnp.maximum(1 + margin - distances, 0) * (1 - margin - distances)
    return jax.nn.softplus(_log_sum_exp(pull, equal) + _log_sum_exp(push, different))


def _log_sum_exp(x: Any, where: Any) -> Any:
    return jax.nn.logsumexp(jnp.where(where, x, -jnp.inf), axis=1)
