"""Activations, normalization, losses on probabilities, and CTC."""

from typing import Any

import jax
import jax.numpy as jnp

from ...engine.dtypes import floatx
from ...engine.settings import epsilon as small_number
from ...ops import math as ops_math
from ...ops import nn as ops_nn
from ..releases import current_release
from .lifting import lifted

# releases that add epsilon once more inside the logarithms of binary_crossentropy
_PADDED_LOGARITHMS = ("2.2.4-tf", "2.3.1", "2.15.0")


def _float(x: Any) -> Any:
    x = jnp.asarray(x)
    return x if jnp.issubdtype(x.dtype, jnp.inexact) else x.astype(floatx())


@lifted
def relu(x, alpha=0.0, max_value=None, threshold=0.0):
    """`x` from `threshold` on, `alpha * (x - threshold)` below it, at most `max_value`."""
    x = jnp.asarray(x)
    positive = jnp.where(x >= threshold, x, jnp.zeros((), x.dtype)) if _differs(threshold) else jnp.maximum(x, 0)
    if max_value is not None:
        positive = jnp.minimum(positive, max_value)
    return positive + alpha * jnp.minimum(x - threshold, 0) if _differs(alpha) else positive


def _differs(number: Any) -> bool:
    """Whether a number is not plainly 0."""
    return not (isinstance(number, (int, float)) and number == 0)


@lifted
def elu(x, alpha=1.0):
    """`x` where positive, else `alpha * (exp(x) - 1)`."""
    return jax.nn.elu(_float(x), alpha)


@lifted
def softmax(x, axis=-1):
    """`exp(x) / sum(exp(x))` along an axis."""
    return jax.nn.softmax(_float(x), axis)


@lifted
def softplus(x):
    """`log(1 + exp(x))`."""
    return jax.nn.softplus(_float(x))


@lifted
def softsign(x):
    """`x / (1 + |x|)`."""
    return jax.nn.soft_sign(_float(x))


@lifted
def sigmoid(x):
    """`1 / (1 + exp(-x))`."""
    return jax.nn.sigmoid(_float(x))


@lifted
def hard_sigmoid(x):
    """`0.2 * x + 0.5`, clipped to 0 and 1."""
    return jnp.clip(0.2 * _float(x) + 0.5, 0.0, 1.0)


@lifted
def tanh(x):
    """The hyperbolic tangent."""
    return jnp.tanh(_float(x))


@lifted
def l2_normalize(x, axis=None):
    """`x` divided by its Euclidean norm along axes; a squared norm below 1e-12 (epsilon on Theano) counts as that."""
    x = _float(x)
    least = small_number() if current_release().backend == "theano" else 1e-12
    axes = tuple(axis) if isinstance(axis, (list, tuple)) else axis
    return x * jax.lax.rsqrt(jnp.maximum(jnp.sum(jnp.square(x), axes, keepdims=True), least))


@lifted
def in_top_k(predictions, targets, k):
    """Whether each target is among the `k` classes with the largest predictions."""
    return ops_math.in_top_k(jnp.asarray(targets).astype("int32"), predictions, k)


# -- batch normalization


@lifted
def normalize_batch_in_training(x, gamma, beta, reduction_axes, epsilon=1e-3):
    """`x` normalized over axes by its own mean and variance.

    Returns:
        the result, and mean and (biased) variance without the axes
    """
    x = jnp.asarray(x)
    axes = tuple(int(axis) % x.ndim for axis in reduction_axes)
    mean, variance = jnp.mean(x, axes, keepdims=True), jnp.var(x, axes, keepdims=True)
    scale, offset = (_spread(value, x, axes) for value in (gamma, beta))
    result = (x - mean) * (jax.lax.rsqrt(variance + epsilon) * (1 if scale is None else scale))
    if offset is not None:
        result = result + offset
    return result, jnp.squeeze(mean, axes), jnp.squeeze(variance, axes)


def _spread(value: Any, x: Any, axes: tuple[int, ...]) -> Any:
    """A value for each place along the other axes, ready to broadcast to `x`."""
    if value is None or jnp.ndim(value) == x.ndim:
        return value
    return jnp.reshape(value, [1 if axis in axes else size for axis, size in enumerate(x.shape)])


def batch_normalization(x, mean, var, beta, gamma, axis=-1, epsilon=1e-3):
    """`(x - mean) / sqrt(var + epsilon) * gamma + beta`.

    Args:
        mean, var, beta, gamma: along `axis`, or broadcasting to `x`; beta and gamma may be None.
        axis: of what has one axis; a float is taken for `epsilon`, which was sixth in Keras 1.
    """
    if isinstance(axis, float):
        axis, epsilon = -1, axis
    return _batch_normalization(x, mean, var, beta, gamma, axis, epsilon)


@lifted
def _batch_normalization(x, mean, var, beta, gamma, axis, epsilon):
    x = jnp.asarray(x)
    shape = [1] * x.ndim
    shape[axis] = -1
    mean, var, beta, gamma = (
        jnp.reshape(value, shape) if value is not None and jnp.ndim(value) == 1 else value
        for value in (mean, var, beta, gamma)
    )
    factor = jax.lax.rsqrt(jnp.asarray(var) + epsilon)
    factor = factor if gamma is None else factor * gamma
    result = (x - mean) * factor
    return result if beta is None else result + beta


# -- losses; Keras 1 has the output first


def _target_first(args: tuple, named: dict[str, Any]) -> tuple[Any, Any]:
    """Target and output, given by position in the release's order, or by name."""
    given = list(args)
    if len(given) + len(named) != 2 or set(named) - {"target", "output"}:
        raise TypeError(f"a crossentropy takes a target and an output; got {len(given)} arrays and {sorted(named)}")
    target, output = named.get("target"), named.get("output")
    if current_release().dialect == 1:
        output = given.pop(0) if output is None else output
        target = given.pop(0) if target is None else target
    else:
        target = given.pop(0) if target is None else target
        output = given.pop(0) if output is None else output
    return target, output


def categorical_crossentropy(*args: Any, from_logits: bool = False, axis: int = -1, **named: Any) -> Any:
    """`-sum(target * log(output))` over the classes: of (target, output), in Keras 1 of (output, target)."""
    args, from_logits, axis = _more(args, from_logits, axis)
    return _categorical(*_target_first(args, named), from_logits, axis)


def sparse_categorical_crossentropy(*args: Any, from_logits: bool = False, axis: int = -1, **named: Any) -> Any:
    """`-log(output)` of the class whose number is the target: of (target, output), in Keras 1 of (output, target)."""
    args, from_logits, axis = _more(args, from_logits, axis)
    return _sparse(*_target_first(args, named), from_logits, axis)


def binary_crossentropy(*args: Any, from_logits: bool = False, **named: Any) -> Any:
    """`-target * log(output) - (1 - target) * log(1 - output)`: of (target, output), in Keras 1 of (output, target)."""
    args, from_logits, _ = _more(args, from_logits, -1)
    return _binary(*_target_first(args, named), from_logits)


def _more(args: tuple, from_logits: bool, axis: int) -> tuple[tuple, bool, int]:
    """The first two arguments, and `from_logits` and `axis` where they came by position."""
    rest = list(args[2:])
    from_logits = rest.pop(0) if rest else from_logits
    axis = rest.pop(0) if rest else axis
    return args[:2], from_logits, axis


@lifted
def _categorical(target, output, from_logits, axis):
    output = _float(output)
    return ops_nn.categorical_crossentropy(jnp.asarray(target, output.dtype), output, from_logits, axis)


@lifted
def _sparse(target, output, from_logits, axis):
    target, output = jnp.asarray(target), _float(output)
    if target.ndim == output.ndim - 1 or target.shape[-1:] == (1,):
        return ops_nn.sparse_categorical_crossentropy(target.astype("int32"), output, from_logits, axis)
    return ops_nn.sparse_categorical_crossentropy(target.reshape(output.shape[:-1]), output, from_logits, axis)


@lifted
def _binary(target, output, from_logits):
    output = _float(output)
    target = jnp.asarray(target, output.dtype)
    if from_logits or current_release().version not in _PADDED_LOGARITHMS:
        return ops_nn.binary_crossentropy(target, output, from_logits)
    least = small_number()
    output = jnp.clip(output, least, 1 - least)
    return -(target * jnp.log(output + least) + (1 - target) * jnp.log(1 - output + least))


# -- connectionist temporal classification


@lifted
def ctc_label_dense_to_sparse(labels, label_lengths):
    """The labels with -1 behind each one's length: arrays are dense here."""
    labels = jnp.asarray(labels)
    inside = jnp.arange(labels.shape[1])[None] < jnp.reshape(jnp.asarray(label_lengths), (-1, 1))
    return jnp.where(inside, labels, -1)


@lifted
def ctc_batch_cost(y_true, y_pred, input_length, label_length):
    """The CTC loss of each sample; the last class is the blank.

    Shapes:
        y_true: (batch, labels)
        y_pred: (batch, steps, classes), probabilities
        input_length, label_length: (batch, 1)
        output: (batch, 1)
    """
    y_pred = jnp.asarray(y_pred)
    logits = jnp.log(y_pred + small_number())
    lengths = [jnp.reshape(jnp.asarray(length).astype("int32"), (-1,)) for length in (label_length, input_length)]
    labels = jnp.asarray(y_true).astype("int32")
    return ops_nn.ctc_loss(labels, logits, *lengths, mask_index=y_pred.shape[-1] - 1)[:, None]


def ctc_decode(y_pred, input_length, greedy=True, beam_width=100, top_paths=1, merge_repeated=False):
    """The likeliest labels for outputs of a network trained with `ctc_batch_cost`.

    Returns:
        a list of labels (batch, steps), filled up with -1, the likeliest first; and (batch, paths): the negative sum of
        the logarithms taken for `greedy`, else the logarithm of each path's probability
    """
    paths, scores = _ctc_decode(y_pred, input_length, greedy, beam_width, top_paths, merge_repeated)
    return list(paths), scores


@lifted
def _ctc_decode(y_pred, input_length, greedy, beam_width, top_paths, merge_repeated):
    y_pred = jnp.asarray(y_pred)
    logits = jnp.log(y_pred + small_number())
    lengths = jnp.reshape(jnp.asarray(input_length).astype("int32"), (-1,))
    blank = y_pred.shape[-1] - 1
    if greedy:  # which always merged repeats
        labels, scores = ops_nn.ctc_decode(logits, lengths, "greedy", merge_repeated=True, mask_index=blank)
        return (labels[0],), scores
    labels, scores = ops_nn.ctc_decode(logits, lengths, "beam_search", beam_width, top_paths, mask_index=blank)
    if merge_repeated:
        labels = jax.vmap(_merged)(labels)
    return tuple(labels), scores


def _merged(labels: Any) -> Any:
    """Rows of labels with equal neighbours merged into one, filled up with -1."""
    again = jnp.pad(labels[:, 1:] == labels[:, :-1], ((0, 0), (1, 0)))
    kept = (labels >= 0) & ~again
    order = jnp.argsort(~kept, axis=1, stable=True)
    return jnp.where(jnp.take_along_axis(kept, order, 1), jnp.take_along_axis(labels, order, 1), -1)


__all__ = [
    "batch_normalization", "binary_crossentropy", "categorical_crossentropy", "ctc_batch_cost", "ctc_decode",
    "ctc_label_dense_to_sparse", "elu", "hard_sigmoid", "in_top_k", "l2_normalize", "normalize_batch_in_training",
    "relu", "sigmoid", "softmax", "softplus", "softsign", "sparse_categorical_crossentropy", "tanh",
]  # fmt: skip
