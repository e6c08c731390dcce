"""Losses by the names, and with the numbers, of a release."""

import functools
from collections.abc import Callable
from typing import Any

import jax.numpy as jnp

from .. import losses as today
from ..engine.configs import MODULES, to_config
from ..engine.masks import get_mask
from ..engine.operation import lift
from ..engine.registry import CustomObjectScope, get_registered_object
from ..engine.settings import epsilon
from ..losses.functions import check_same_shape, same_rank
from ..losses.loss import Loss, reduced
from .listing import find
from .releases import Release

# what a function of today was called, and its short names
NAMES: dict[str, tuple[str, ...]] = {
    "mean_squared_error": ("mse", "MSE"),
    "mean_absolute_error": ("mae", "MAE"),
    "mean_absolute_percentage_error": ("mape", "MAPE"),
    "mean_squared_logarithmic_error": ("msle", "MSLE"),
    "kl_divergence": ("kullback_leibler_divergence", "kld", "KLD"),
    "log_cosh": ("logcosh",),
    "huber": ("huber_loss",),
    "cosine_similarity": ("cosine_proximity", "cosine"),
    "hinge": (),
    "squared_hinge": (),
    "categorical_hinge": (),
    "categorical_crossentropy": (),
    "sparse_categorical_crossentropy": (),
    "binary_crossentropy": ("bce", "BCE"),
    "poisson": (),
}


_OLD = {
    "kl_divergence": "kullback_leibler_divergence",
    "log_cosh": "logcosh",
    "huber": "huber_loss",
    "cosine_similarity": "cosine_proximity",
}


def _floats(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    y_pred = jnp.asarray(y_pred)
    return same_rank(jnp.asarray(y_true, y_pred.dtype), y_pred)


def _unit(x: Any, axis: Any) -> Any:
    return x / jnp.sqrt(jnp.maximum(jnp.sum(jnp.square(x), axis=axis, keepdims=True), epsilon()))


def cosine_proximity(release: Release) -> Callable[..., Any] | None:
    """Keras 1 averaged over the axis where later ones sum; tf.keras 1 had the sign of a similarity."""
    if release.formulas in ("tf2", "keras3"):
        return None

    def cosine_proximity(y_true, y_pred, axis=-1):
        """Minus the cosine of the angle between target and prediction."""
        y_true, y_pred = _floats(y_true, y_pred)
        products = _unit(y_true, axis) * _unit(y_pred, axis)
        if release.dialect == 1:
            return -jnp.mean(products, axis=axis)
        return jnp.sum(products, axis=axis) * (1 if release.is_tensorflow else -1)

    return cosine_proximity


def hinge(release: Release) -> Callable[..., Any] | None:
    """Labels 0 and 1 are taken for -1 and 1 in tf.keras alone."""
    if release.is_tensorflow or release.dialect == 3:
        return None

    def hinge(y_true, y_pred):
        """`mean(max(1 - y_true * y_pred, 0))`."""
        y_true, y_pred = _floats(y_true, y_pred)
        return jnp.mean(jnp.maximum(1 - y_true * y_pred, 0), axis=-1)

    return hinge


def squared_hinge(release: Release) -> Callable[..., Any] | None:
    if release.is_tensorflow or release.dialect == 3:
        return None

    def squared_hinge(y_true, y_pred):
        """`mean(max(1 - y_true * y_pred, 0)^2)`."""
        y_true, y_pred = _floats(y_true, y_pred)
        return jnp.mean(jnp.square(jnp.maximum(1 - y_true * y_pred, 0)), axis=-1)

    return squared_hinge


def binary_crossentropy(release: Release) -> Callable[..., Any] | None:
    """From 2.3 to 2.15 epsilon is added inside the logarithms of clipped probabilities, too."""
    if release.is_before_2_3 or release.dialect == 3:
        return None

    def binary_crossentropy(y_true, y_pred, from_logits=False, label_smoothing=0.0, axis=-1):
        """`-mean(y_true log(p + e) + (1 - y_true) log(1 - p + e))`; p is clipped to e and 1 - e."""
        if from_logits:
            return today.binary_crossentropy(y_true, y_pred, True, label_smoothing, axis)
        y_true, y_pred = _floats(y_true, y_pred)
        check_same_shape("binary_crossentropy", y_true, y_pred)
        y_true = y_true * (1 - label_smoothing) + 0.5 * label_smoothing
        small = epsilon()
        p = jnp.clip(y_pred, small, 1 - small)
        rest = 1 - p + small if release.formulas == "tf2" else (1 + small) - p
        return -jnp.mean(y_true * jnp.log(p + small) + (1 - y_true) * jnp.log(rest), axis=axis)

    return binary_crossentropy


def huber(release: Release) -> Callable[..., Any] | None:
    """2.3.1's function was not averaged over the last axis."""
    if release.is_tensorflow or release.dialect != 2:
        return None

    def huber_loss(y_true, y_pred, delta=1.0):
        """Squared error up to `delta`, linear beyond, value by value."""
        y_true, y_pred = _floats(y_true, y_pred)
        error = jnp.abs(y_pred - y_true)
        return jnp.where(error <= delta, 0.5 * jnp.square(error), delta * error - 0.5 * delta**2)

    return huber_loss


# losses whose numbers differ: a function of the release giving the function, or None where today's is the same
MEANINGS: dict[str, Callable[[Release], Any]] = {
    "cosine_similarity": cosine_proximity,
    "hinge": hinge,
    "squared_hinge": squared_hinge,
    "binary_crossentropy": binary_crossentropy,
    "huber": huber,
}


@functools.cache
def loss_functions(release: Release) -> dict[str, Any]:
    """The functions of a release by all of their names."""
    found: dict[str, Any] = {}
    for name, others in NAMES.items():
        meaning = MEANINGS[name](release) if name in MEANINGS else None
        function = getattr(today, name) if meaning is None else lift(meaning)
        if release.formulas not in ("tf2", "keras3"):  # reported, and written down, under the name of then
            function = _called(function, _OLD.get(name, name))
        found |= dict.fromkeys((name, *others), function)
    return found


def _called(function: Any, name: str) -> Any:
    @functools.wraps(function)
    def renamed(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    renamed.__name__ = renamed.__qualname__ = renamed.config_name = name  # type: ignore[attr-defined]
    return renamed


# -- losses as objects, from 2.3 on


class Reduction:
    """How the values of a loss become one."""

    AUTO = "sum_over_batch_size"
    NONE = "none"
    SUM = "sum"
    SUM_OVER_BATCH_SIZE = "sum_over_batch_size"

    @classmethod
    def all(cls) -> tuple[str, ...]:
        return ("auto", cls.NONE, cls.SUM, cls.SUM_OVER_BATCH_SIZE)

    @classmethod
    def validate(cls, key: str) -> None:
        if key not in cls.all():
            raise ValueError(f"a reduction is one of {', '.join(cls.all())}, not {key!r}")


class OldLossClass:
    """A class of losses with the order of arguments, and the name, of a release; mixed in before one of today."""

    order: tuple[str, ...] = ()
    title: str | None = None

    def __init__(self, *args: Any, **kwargs: Any):
        given = dict(zip(self.order, args[: len(self.order)], strict=False)) | kwargs
        if given.get("reduction") == "auto":
            given["reduction"] = Reduction.AUTO
        if self.title is not None:
            given.setdefault("name", self.title)
        super().__init__(*args[len(self.order) :], **given)


@functools.cache
def loss_class(release: Release, name: str) -> type:
    """The class of losses that a release has under `name`."""
    modern = getattr(today, name)
    if release.dialect == 3:
        return modern
    entry = find(2, name, "keras.losses")
    parameters = entry.signature.parameters if entry is not None and entry.signature is not None else {}
    title = parameters["name"].default if "name" in parameters else None
    members = {"__module__": __name__, "__doc__": modern.__doc__, "order": tuple(parameters), "title": title}
    cls: Any = type(name, (OldLossClass, modern), members)
    MODULES[cls] = "keras.losses"
    return cls


# -- what `compile` does with a loss


def loss_of(release: Release, identifier: Any) -> Any:
    """What `compile(loss=identifier)` meant: names become functions, nested as they are."""
    if isinstance(identifier, dict) and "class_name" not in identifier:
        return {key: loss_of(release, value) for key, value in identifier.items()}
    if isinstance(identifier, (list, tuple)):
        return [loss_of(release, value) for value in identifier]
    if isinstance(identifier, str) and get_registered_object(identifier) is None:
        return loss_functions(release).get(identifier, identifier)
    return identifier


class OldLoss(Loss):
    """A loss, weighted and masked as a release did it.

    Up to 2.2 values were multiplied by the weights and divided by the share of weights that are not 0, and likewise for
    masks; 2.3 and tf.keras 1 divided the sum by all positions; today's way is that of tf.keras 2.
    """

    def __init__(self, release: Release, loss: Any):
        self.release, self.inner = release, today.get(loss)
        super().__init__(self.inner.name, self.inner.reduction)
        self.takes_class_numbers = self.inner.takes_class_numbers

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return self.inner.call(y_true, y_pred)

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None, mask: Any = None) -> Any:
        mask = get_mask(y_pred) if mask is None else mask
        y_true = as_column(y_true, y_pred)
        if not self.release.is_before_2_3 and (mask is None or self.release.masked_loss == "kept"):
            return self.inner(y_true, y_pred, sample_weight, mask)
        y_pred = jnp.asarray(y_pred, self.dtype)
        values = self.call(jnp.asarray(y_true, None if self.takes_class_numbers else self.dtype), y_pred)
        if self.release.is_before_2_3:
            return weighted_mean(values, sample_weight, mask)
        kept = jnp.asarray(mask, self.dtype)
        if sample_weight is not None:
            weight = jnp.asarray(sample_weight, self.dtype)
            kept = kept * weight.reshape(weight.shape + (1,) * (kept.ndim - weight.ndim))
        return reduced(values, kept, None, self.reduction, self.dtype)

    def get_config(self) -> dict[str, Any]:
        return to_config(self.inner)["config"]


def as_column(y_true: Any, y_pred: Any) -> Any:
    """Targets of one axis get a second where predictions have it, as they did before any loss saw them."""
    if y_true is not None and jnp.ndim(y_true) == 1 and jnp.ndim(y_pred) == 2:
        return y_true[:, None]
    return y_true


def weighted_mean(values: Any, sample_weight: Any, mask: Any) -> Any:
    """The mean of values times their mask and weights, each divided by the share of it that is not 0."""
    values = jnp.asarray(values)
    if mask is not None:
        kept = jnp.asarray(mask, values.dtype)
        values = _product(values, kept) / jnp.maximum(jnp.mean(kept), epsilon())
    if sample_weight is not None:
        weight = jnp.asarray(sample_weight, values.dtype)
        values = _product(values, weight) / jnp.maximum(jnp.mean((weight != 0).astype(values.dtype)), epsilon())
    return jnp.mean(values)


def _product(values: Any, weight: Any) -> Any:
    """Values, averaged over the axes that weights do not have, times the weights."""
    if values.ndim > weight.ndim:
        values = values.mean(tuple(range(weight.ndim, values.ndim)))
    elif weight.ndim > values.ndim > 0 and weight.shape[-1] == 1:
        weight = weight[..., 0]
    return values * weight


# -- the modules


def namespace(release: Release) -> dict[str, Any]:
    """What `keras.objectives` and `keras.losses` hold."""

    def get(identifier: Any) -> Any:
        """The function, or the loss, that a name, a configuration or a function means."""
        if identifier is None or callable(identifier):
            return identifier
        found = loss_of(release, identifier)
        return found if callable(found) else today.get(found)

    def deserialize(name: Any, custom_objects: dict[str, Any] | None = None) -> Any:
        with CustomObjectScope(custom_objects):
            return get(name)

    def serialize(loss: Any) -> Any:
        return loss.__name__ if hasattr(loss, "__name__") else to_config(loss)

    classes = {cls.__name__: loss_class(release, cls.__name__) for cls in (*today.CLASSES, today.Loss)}
    return {
        **{name: getattr(today, name) for name in today.__all__},
        **classes,
        **loss_functions(release),
        "Reduction": Reduction,
        "get": get,
        "serialize": serialize,
        "deserialize": deserialize,
        "is_categorical_crossentropy": lambda loss: getattr(loss, "__name__", loss) == "categorical_crossentropy",
    }
