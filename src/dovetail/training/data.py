"""Data: arrays in memory, bound to a model's inputs and outputs, as one nested structure of equal length."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from ..engine.dtypes import floatx, narrowed
from ..engine.errors import DovetailError, ShapeError
from ..engine.texts import is_text
from .binding import bind
from .stateless import overrides


class DataError(DovetailError, ValueError):
    """Data that cannot be trained on as they are."""


class Samples(NamedTuple):
    """Inputs, targets and weights with the same first axis.

    Attributes:
        x: nested as the model takes it.
        y: one array for each output, or None where it has no target.
        sample_weight: one array for each output, or None.
    """

    x: Any
    y: list[Any]
    sample_weight: list[Any]

    @property
    def size(self) -> int:
        return len(jax.tree.leaves(self)[0])

    def part(self, start: int, stop: int) -> "Samples":
        return jax.tree.map(lambda array: array[start:stop], self)


def on_device(samples: Any) -> Any:
    """The arrays on the device, where they stay for the whole call."""
    return jax.tree.map(jnp.asarray, samples)


def as_array(value: Any, what: str) -> Any:
    """An array (NumPy or JAX) from anything array-like, floats in the default dtype.

    Raises:
        DataError: it is no array of numbers.
        IntegerRangeError: an integer does not fit in 32 bits.
    """
    if isinstance(value, jax.Array):
        return value
    if hasattr(value, "detach"):  # a torch tensor
        value = value.detach().cpu()
        if str(value.dtype) == "torch.bfloat16":  # which NumPy lacks
            value = np.asarray(value.float()).astype(jnp.bfloat16)
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise DataError(f"`{what}` is not an array: its rows have different shapes") from error
    if array.dtype.kind not in "biufcV" or (array.dtype.kind == "V" and "float" not in array.dtype.name):
        raise DataError(
            f"`{what}` holds {array.dtype} values ({_example(array)}): networks take numbers; encode them first"
        )
    if array.ndim == 0:
        raise DataError(f"`{what}` is the single value {array}: it needs a first axis of samples")
    if array.dtype == np.float64:
        return array.astype(floatx())
    return narrowed(array, f"`{what}`")


def _example(array: np.ndarray) -> str:
    return repr(array.reshape(-1)[0]) if array.size else "empty"


def is_stream(x: Any) -> bool:
    """Whether `x` is an iterator of batches rather than arrays."""
    return (not isinstance(x, (list, tuple, dict)) and not hasattr(x, "shape") and hasattr(x, "__iter__")) or (
        hasattr(x, "__getitem__") and hasattr(x, "__len__") and not hasattr(x, "shape")
        and not isinstance(x, (list, tuple, dict))
    )  # fmt: skip


def gather(
    model: Any,
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    class_weight: Any = None,
    where: str = "",
) -> Samples:
    """Everything bound by name or position, converted, and checked to have the same number of samples.

    Args:
        model: its inputs are bound by name if it is functional; its `_objective_names` are the outputs.
        where: prefix of the arguments in messages ("validation_data: ").
    """
    if keeps_containers(model):  # what it makes of the data is its own affair
        x = x if model._graph is None or overrides(model, "train_step", "test_step") else bind_inputs(model, x, where)
        return _unbound(x, y, sample_weight, class_weight, where)
    x_tree = bind_inputs(model, x, where)
    names = model._names_of_outputs(x_tree)
    targets: list[Any] = [None] * len(names)
    if y is not None:
        targets = bind(y, names, f"{where}y", "output", is_item=_is_numbers)
        targets = [
            None if target is None else as_array(target, f"{where}y[{name!r}]" if len(names) > 1 else f"{where}y")
            for name, target in zip(names, targets, strict=True)
        ]
    weights = _sample_weights(sample_weight, class_weight, targets, names, where)
    samples = Samples(x_tree, targets, weights)
    _check_sizes(samples, names, where)
    return samples


def _unbound(x: Any, y: Any, sample_weight: Any, class_weight: Any, where: str) -> Samples:
    def arrays(value: Any, what: str) -> Any:
        if value is None:
            return None
        is_nested = isinstance(value, (list, tuple, dict)) and not _is_numbers(value)
        return jax.tree.map(lambda leaf: as_array(leaf, what), value) if is_nested else as_array(value, what)

    found = Samples(arrays(x, f"{where}x"), arrays(y, f"{where}y"), arrays(sample_weight, f"{where}sample_weight"))
    if not jax.tree.leaves(found):
        raise DataError(f"{where}`x` is missing")
    if class_weight is not None:
        if not hasattr(found.y, "shape"):
            raise DataError(
                "`class_weight` does not go with several targets in a model that has its own steps or losses: "
                "give `sample_weight`"
            )
        found = found._replace(sample_weight=_weighted_by_class(found.sample_weight, class_weight, found.y, "y"))
    sizes = {len(leaf) for leaf in jax.tree.leaves(found)}
    if len(sizes) > 1:
        raise DataError(f"{where}the arrays have different numbers of samples: {sorted(sizes)}")
    return found


def keeps_containers(model: Any) -> bool:
    """Whether a model overrides what happens in a step, and so gets targets and weights as they were given."""
    return overrides(model, "train_step", "test_step", "compute_loss", "compute_metrics", "compute_loss_and_updates",
                     "stateless_compute_loss")  # fmt: skip


def unpack(batch: Any) -> tuple[Any, Any, Any]:
    """x, y and sample_weight of what a stream gives: x, (x,), (x, y) or (x, y, sample_weight).

    A list is taken for a tuple, as torch's DataLoader gives them: several inputs come as a tuple in a tuple.
    """
    if not isinstance(batch, (tuple, list)):
        return batch, None, None
    if not 1 <= len(batch) <= 3:
        raise DataError(f"a batch is x, (x, y) or (x, y, sample_weight); got a {type(batch).__name__} of {len(batch)}")
    return (*batch, None, None)[:3]  # type: ignore[return-value]


def bind_inputs(model: Any, x: Any, where: str = "") -> Any:
    """`x` as arrays, nested as the model takes it."""
    if x is None:
        raise DataError(f"{where}`x` is missing")
    if model._graph is None and hasattr(model, "build_on_texts") and is_text(x):
        model.build_on_texts(x)
    if model._graph is not None and model._front is not None:
        return model.prepared(x)
    if model._graph is None:
        if isinstance(x, (list, tuple, dict)) and not _is_numbers(x):
            return jax.tree.map(lambda leaf: as_array(leaf, f"{where}x"), x)
        return as_array(x, f"{where}x")
    names = model.input_names
    tree = model._graph.input_tree
    if isinstance(tree, dict) and not isinstance(x, dict):
        raise DataError(f"{where}`x` must be a dictionary with the keys {', '.join(names)}")
    values = bind(x, names, f"{where}x", "input", is_item=_is_numbers)
    arrays = [
        as_array(value, f"{where}x[{name!r}]" if len(names) > 1 else f"{where}x")
        for name, value in zip(names, values, strict=True)
    ]
    for array, name, tensor in zip(arrays, names, model._graph.inputs, strict=True):
        _check_input(array, tensor, name, where)
    return jax.tree.unflatten(jax.tree.structure(tree), arrays)


def _check_input(array: Any, tensor: Any, name: str, where: str) -> None:
    from ..engine.errors import format_shape

    want, got = tensor.shape, array.shape
    same_rank = len(want) == len(got)
    adjustable = (len(got) == len(want) - 1 and want[-1] == 1) or (len(got) == len(want) + 1 and got[-1] == 1)
    if (not same_rank and not adjustable) or (
        same_rank and any(w is not None and w != g for w, g in zip(want[1:], got[1:], strict=True))
    ):
        if len(got) == len(want) - 1:
            raise ShapeError(
                f"{where}`x`: input {name!r} takes {format_shape(want)}; the array has the shape {got}, one axis less. "
                "If it is a single sample, it needs an axis in front, x[None], and a source of samples needs batching"
            )
        raise ShapeError(
            f"{where}`x`: input {name!r} takes {format_shape(want)}; the array has "
            f"{format_shape((None, *got[1:]))}, {got[0]} samples"
        )


def _sample_weights(sample_weight: Any, class_weight: Any, targets: list, names: list[str], where: str) -> list[Any]:
    weights: list[Any] = [None] * len(names)
    if sample_weight is not None:
        if isinstance(sample_weight, (dict, list, tuple)) and not _is_numbers(sample_weight):
            weights = bind(sample_weight, names, f"{where}sample_weight", "output", optional=True)
        else:
            weights = [sample_weight] * len(names)
        weights = [None if w is None else as_array(w, f"{where}sample_weight") for w in weights]
    if class_weight is None:
        return weights
    if not isinstance(class_weight, dict) and not isinstance(class_weight, (list, tuple)):
        raise DataError(f"`class_weight` is a dictionary from class to weight, not {class_weight!r}")
    is_flat = isinstance(class_weight, dict) and all(isinstance(k, (int, np.integer)) for k in class_weight)
    per_output = [class_weight] * len(names)
    if not is_flat:
        per_output = bind(class_weight, names, "class_weight", "output", optional=True)
    for i, (table, target, name) in enumerate(zip(per_output, targets, names, strict=True)):
        if table is None:
            continue
        weights[i] = _weighted_by_class(weights[i], table, target, name)
    return weights


def _weighted_by_class(weight: Any, table: dict[int, float], target: Any, name: str) -> Any:
    """Sample weights times the weights of the samples' classes."""
    factor = _class_factors(table, target, name)
    if weight is None:
        return factor
    weight = np.asarray(weight)
    both = max(weight.ndim, factor.ndim)
    return _padded(weight, both) * _padded(factor, both)


def _padded(weight: np.ndarray, ndim: int) -> np.ndarray:
    """With axes of size 1 at the end: one weight a sample beside one weight a step."""
    return weight.reshape(weight.shape + (1,) * (ndim - weight.ndim))


def weights_of(samples: Samples, class_weight: Any, names: list[str]) -> list[Any]:
    """The sample weights times the weights of the samples' classes."""
    if not isinstance(samples.sample_weight, list):  # as the model keeps them
        return _weighted_by_class(samples.sample_weight, class_weight, samples.y, "y")
    return _sample_weights(samples.sample_weight, class_weight, samples.y, names, "")


def _class_factors(table: dict[int, float], target: Any, name: str) -> np.ndarray:
    """The weight of each sample's class; classes that the table leaves out weigh 1."""
    if target is None:
        raise DataError(f"`class_weight` needs targets `y` for the output {name!r}")
    labels = np.asarray(target)
    if labels.ndim > 1:
        labels = labels.argmax(-1) if labels.shape[-1] > 1 else labels[..., 0]
    labels = np.rint(labels).astype(np.int64)
    factors = np.ones(labels.shape, np.float32)
    for label, factor in table.items():
        factors[labels == int(label)] = factor
    return factors


def _is_numbers(value: Any) -> bool:
    """Whether a list is an array written out: numbers all the way down."""
    while isinstance(value, (list, tuple)) and len(value):
        value = value[0]
    return isinstance(value, (int, float, bool, np.number))


def _check_sizes(samples: Samples, names: list[str], where: str) -> None:
    sizes = {f"{where}x": {len(leaf) for leaf in jax.tree.leaves(samples.x)}}
    for kind, arrays in (("y", samples.y), ("sample_weight", samples.sample_weight)):
        for name, array in zip(names, arrays, strict=True):
            if array is not None:
                label = f"{where}{kind}[{name!r}]" if len(names) > 1 else f"{where}{kind}"
                sizes[label] = {len(array)}
    if len(set().union(*sizes.values())) > 1:
        told = ", ".join(f"{label} has {' and '.join(map(str, sorted(n)))}" for label, n in sizes.items())
        raise DataError(f"the arrays have different numbers of samples: {told}")
    if 0 in sizes[f"{where}x"]:
        raise DataError(f"{where}`x` has no samples")
