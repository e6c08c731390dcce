"""Helper functions of `keras.engine.training` and `training_utils` that scripts called themselves."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ..engine.errors import ShapeError
from ..training.binding import bind
from . import losses, metrics
from .losses import weighted_mean
from .releases import current_release


def make_batches(size: int, batch_size: int) -> list[tuple[int, int]]:
    """The first row of every batch, and the one after its last."""
    return [(start, min(size, start + batch_size)) for start in range(0, size, batch_size)]


def batch_shuffle(index_array: np.ndarray, batch_size: int) -> np.ndarray:
    """Row numbers with whole batches in a new order; rows that fill no batch stay at the end."""
    count = len(index_array) // batch_size
    batches = np.array(index_array[: count * batch_size]).reshape(count, batch_size)
    np.random.shuffle(batches)
    return np.append(batches.flatten(), index_array[count * batch_size :])


def slice_X(X: Any, start: Any = None, stop: int | None = None) -> Any:
    """Rows of an array, or of each in a list: `start` to `stop`, or the rows numbered in `start`."""
    if isinstance(X, list):
        return [slice_X(x, start, stop) for x in X]
    if X is None:
        return None
    return X[start] if hasattr(start, "__len__") else X[start:stop]


slice_arrays = _slice_arrays = slice_X


def standardize_single_array(x: Any) -> Any:
    """An array with at least two axes."""
    return x if x is None or np.ndim(x) != 1 else np.expand_dims(x, 1)


def standardize_input_data(
    data: Any, names: Sequence[str], shapes: Any = None, check_batch_axis: bool = True, exception_prefix: str = "data"
) -> list[Any]:
    """Arrays by name or place as a list in the order of `names`, each with at least two axes.

    Raises:
        BindingError: a name is missing, or there are more or fewer arrays.
        ShapeError: an array has another shape than `shapes` say.
    """
    if not names:
        return []
    values = [None] * len(names) if data is None else bind(data, names, exception_prefix, "input", is_item=_is_array)
    arrays = [standardize_single_array(None if value is None else np.asarray(value)) for value in values]
    for name, array, shape in zip(names, arrays, shapes or [None] * len(names), strict=True):
        if shape is None or array is None:
            continue
        pairs = list(zip(array.shape, shape, strict=False))[0 if check_batch_axis else 1 :]
        if array.ndim != len(shape) or any(wanted is not None and size != wanted for size, wanted in pairs):
            raise ShapeError(f"{exception_prefix}: {name!r} has the shape {array.shape}; {tuple(shape)} was expected")
    return arrays


def _is_array(value: Any) -> bool:
    return hasattr(value, "shape") or (bool(value) and isinstance(value[0], (int, float)))


def standardize_sample_or_class_weights(x_weight: Any, output_names: Sequence[str], weight_type: str) -> list[Any]:
    """Weights for each output: None, one for a single output, or a list or dictionary."""
    if x_weight is None or len(x_weight) == 0:
        return [None] * len(output_names)
    if len(output_names) == 1 and not (isinstance(x_weight, dict) and output_names[0] in x_weight):
        return [x_weight[0]] if isinstance(x_weight, list) and len(x_weight) == 1 else [x_weight]
    return bind(x_weight, output_names, weight_type, "output", optional=True)


def standardize_class_weights(class_weight: Any, output_names: Sequence[str]) -> list[Any]:
    return standardize_sample_or_class_weights(class_weight, output_names, "class_weight")


def standardize_sample_weights(sample_weight: Any, output_names: Sequence[str]) -> list[Any]:
    return standardize_sample_or_class_weights(sample_weight, output_names, "sample_weight")


def standardize_weights(
    y: np.ndarray, sample_weight: Any = None, class_weight: Any = None, sample_weight_mode: str | None = None
) -> np.ndarray:
    """One weight for each sample (or step, in the mode "temporal"), from sample weights or the classes' weights."""
    if sample_weight is not None:
        return np.asarray(sample_weight)
    if isinstance(class_weight, dict):
        if y.ndim > 2:
            raise ValueError("`class_weight` needs targets of one or two axes")
        labels = y.argmax(axis=1) if y.ndim == 2 and y.shape[1] > 1 else y.reshape(-1)
        missing = {int(label) for label in labels} - {int(label) for label in class_weight}
        if missing:
            raise ValueError(f"`class_weight` lacks the classes {sorted(missing)}, which the data have")
        return np.array([class_weight[int(label)] for label in labels])
    return np.ones(y.shape[: 2 if sample_weight_mode == "temporal" else 1], "float32")


def check_array_lengths(inputs: Any, targets: Any, weights: Any = None) -> None:
    """Raise where arrays have different numbers of samples."""
    sizes = {
        name: {len(array) for array in arrays or [] if array is not None}
        for name, arrays in (("inputs", inputs), ("targets", targets), ("weights", weights))
    }
    if len(set().union(*sizes.values())) > 1:
        told = ", ".join(f"{name} have {sorted(found)}" for name, found in sizes.items() if found)
        raise ValueError(f"the arrays have different numbers of samples: {told}")


check_array_length_consistency = check_array_lengths


def check_loss_and_target_compatibility(targets: Any, losses: Any, output_shapes: Any) -> None:
    """Raise where targets do not have the shape that an output and its loss need."""
    for target, loss, shape in zip(targets, losses, output_shapes, strict=True):
        name = getattr(loss, "__name__", getattr(loss, "name", ""))
        if target is None or name not in CHECKED:
            continue
        if any(
            wanted is not None and size != wanted for size, wanted in zip(target.shape[1:], shape[1:], strict=False)
        ):
            raise ValueError(f"{name} got targets of shape {target.shape} for an output of shape {tuple(shape)}")


CHECKED = ("mean_squared_error", "binary_crossentropy", "categorical_crossentropy")


def collect_metrics(metrics: Any, output_names: Sequence[str]) -> list[Any]:
    """The metrics of each output, in a list each."""
    if not metrics:
        return [[] for _ in output_names]
    if isinstance(metrics, dict):
        found = [metrics.get(name, []) for name in output_names]
        return [list(entry) if isinstance(entry, (list, tuple)) else [entry] for entry in found]
    if isinstance(metrics, (list, tuple)):
        return [list(metrics) for _ in output_names]
    raise TypeError(f"`metrics` is a list or a dictionary, not {metrics!r}")


def weighted_objective(fn: Any) -> Any:
    """A loss function that also takes weights and a mask, and gives one number."""
    if fn is None:
        return None

    def weighted(y_true: Any, y_pred: Any, weights: Any = None, mask: Any = None) -> Any:
        return weighted_mean(fn(y_true, y_pred), weights, mask)

    return weighted


weighted_masked_objective = weighted_objective


def get_loss_function(loss: Any) -> Any:
    """The function, or the loss, that a name means."""
    return losses.namespace(current_release())["get"](loss)


def get_metric_name(metric: Any, weighted: bool = False) -> str:
    """What a metric is reported as."""
    found = metrics.metric_of(current_release(), metric)
    return found if isinstance(found, str) else ("weighted_" if weighted else "") + found.name


# -- streams


def is_sequence(seq: Any) -> bool:
    """Whether batches can be asked for by number."""
    return hasattr(seq, "__getitem__") and hasattr(seq, "__len__") and not hasattr(seq, "shape")


def is_generator_or_sequence(x: Any) -> bool:
    return hasattr(x, "__next__") or (is_sequence(x) and not isinstance(x, (list, tuple, dict, str)))


def iter_sequence_infinite(seq: Any) -> Iterator[Any]:
    """The batches of a sequence again and again."""
    while True:
        yield from (seq[index] for index in range(len(seq)))


def should_run_validation(validation_freq: Any, epoch: int) -> bool:
    """Whether the epoch of this number, from 0, is validated."""
    if isinstance(validation_freq, int):
        if validation_freq < 1:
            raise ValueError(f"`validation_freq` is at least 1, not {validation_freq}")
        return (epoch + 1) % validation_freq == 0
    return epoch + 1 in validation_freq


def check_num_samples(ins: Any, batch_size: Any = None, steps: Any = None, steps_name: str = "steps") -> int | None:
    """The number of samples; None where `steps` say how far to go."""
    if steps is not None:
        if batch_size is not None:
            raise ValueError(f"`batch_size` and `{steps_name}` cannot both be given")
        return None
    return len(ins[0])


def fit_generator(model: Any, generator: Any, *args: Any, **kwargs: Any) -> Any:
    return model.fit_generator(generator, *args, **kwargs)


def evaluate_generator(model: Any, generator: Any, *args: Any, **kwargs: Any) -> Any:
    return model.evaluate_generator(generator, *args, **kwargs)


def predict_generator(model: Any, generator: Any, *args: Any, **kwargs: Any) -> Any:
    return model.predict_generator(generator, *args, **kwargs)


__all__ = [
    "batch_shuffle", "check_array_length_consistency", "check_array_lengths",
    "check_loss_and_target_compatibility", "check_num_samples", "collect_metrics", "evaluate_generator",
    "fit_generator", "get_loss_function", "get_metric_name", "is_generator_or_sequence", "is_sequence",
    "iter_sequence_infinite", "make_batches", "predict_generator", "should_run_validation", "slice_X",
    "slice_arrays", "standardize_class_weights", "standardize_input_data", "standardize_sample_or_class_weights",
    "standardize_sample_weights", "standardize_single_array", "standardize_weights", "weighted_masked_objective",
    "weighted_objective",
]  # fmt: skip
