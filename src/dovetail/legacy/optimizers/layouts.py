"""Where each release keeps the state of an optimizer in its lists and files, and the way from there to here and back.

A layout is one of
    "keras1": 1.x: [iterations] and slots for SGD, Adam, Adamax, Nadam, slots alone for the others; one full set of
        weights for each kind of slot, *sorted by the names of the weights*.
    "keras2": 2.0 to 2.2: the same, sets in the model's order; Adam has a third set, of shape (1,) without amsgrad.
    "keras2.3": as before, [iterations] for all of them; Nadam's running product comes second.
    "tf1": tf.keras up to 2.10: [iterations], Nadam's product, and the sets; no set for what is not kept.
    "tf2": 2.11 to 2.15: [iterations], then slots weight by weight, as today's optimizers list them.
    "keras3": [iterations, learning rate] and the same slots.

Slots are named as today's optimizers name them: "momentum", "velocity", ...
"""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...engine.errors import StateError
from ...engine.variable import Variable
from ...optimizers.optimizer import Optimizer
from ..releases import Release

COUNTED = ("SGD", "Adam", "Adamax", "Nadam")  # those that counted their updates before 2.3
IN_SETS = ("keras1", "keras2", "keras2.3", "tf1")

# the kinds of slots, in the order of old lists
SETS: dict[str, tuple[str, ...]] = {
    "SGD": ("momentum",),
    "RMSprop": ("velocity", "momentum", "average_gradient"),
    "Adagrad": ("accumulator",),
    "Adadelta": ("accumulated_grad", "accumulated_delta_var"),
    "Adam": ("momentum", "velocity", "velocity_hat"),
    "Adamax": ("momentum", "norm"),
    "Nadam": ("momentum", "velocity"),
    "Ftrl": ("accumulator", "linear"),
}
# what the sets are called in the names of weights in files of 2.3 and tf.keras
WORDS = {
    "keras2.3": {
        "SGD": ("moment",), "RMSprop": ("accumulator",), "Adagrad": ("accumulator",),
        "Adadelta": ("accumulator", "delta_accumulator"), "Adam": ("m", "v", "vhat"), "Adamax": ("m", "u"),
        "Nadam": ("m", "v"),
    },
    "tf1": {
        "SGD": ("momentum",), "RMSprop": ("rms", "momentum", "mg"), "Adagrad": ("accumulator",),
        "Adadelta": ("accum_grad", "accum_var"), "Adam": ("m", "v", "vhat"), "Adamax": ("m", "v"), "Nadam": ("m", "v"),
        "Ftrl": ("accumulator", "linear"),
    },
}  # fmt: skip


def layout_of(release: Release) -> str:
    """The layout of a release's lists and files."""
    if release.formulas in ("keras1", "tf1", "tf2", "keras3"):
        return release.formulas
    return "keras2.3" if release.rate_name == "learning_rate" else "keras2"


def layout_of_file(keras_version: str | None, is_tensorflow: bool = False) -> str:
    """The layout of a file by the `keras_version` that it records; files of 1.x before 1.2 record none."""
    found = re.match(r"(\d+)\.(\d+)", keras_version or "1.0")
    major, minor = (int(found[1]), int(found[2])) if found else (1, 0)
    if major < 2:
        return "keras1"
    if major > 2:
        return "keras3"
    if is_tensorflow or "tf" in str(keras_version) or minor > 3:
        return "tf1" if minor < 11 else "tf2"
    return "keras2.3" if minor == 3 else "keras2"


def kind_of(optimizer: Any) -> str:
    """Which of the library's optimizers an optimizer is or derives from."""
    for base in type(optimizer).__mro__:
        if base.__name__ in SETS:
            return base.__name__
    return type(optimizer).__name__


def restore(optimizer: Optimizer, arrays: Sequence[Any], layout: str, names: Sequence[str] | None = None) -> None:
    """Put the state that a list or file of an old release has into an optimizer, of today or of any release.

    Args:
        optimizer: built, for the same weights.
        arrays: in the order of the list; of a file, the order of its attribute `weight_names`.
        layout: see above.
        names: of the trainable weights in the model's order, as the file names them; "keras1" sorts by them. None are
            those that the weights have.

    Raises:
        StateError: there are more or fewer arrays than slots, or they have other shapes.
    """
    arrays = [np.asarray(array) for array in arrays]
    if layout not in IN_SETS:
        return _restore_list(optimizer, arrays)
    kind, weights = kind_of(optimizer), _weights(optimizer)
    scalars = _leading_scalars(arrays)
    sets = _sets(kind, arrays[len(scalars) :], weights, _order(layout, names, weights))
    if scalars:
        optimizer._iterations.assign(int(scalars[0]))
    slots = _by_field(optimizer)
    if "u_product" in slots:
        slots["u_product"][-1].assign(scalars[1] if len(scalars) > 1 else _product(optimizer))
    for field, values in sets.items():
        for place, value in enumerate(values):
            slot = slots.get(field, {}).get(place)
            if slot is not None:
                slot.assign(value)


def _restore_list(optimizer: Optimizer, arrays: list[np.ndarray]) -> None:
    """Layouts of today: with or without the learning rate, and Nadam's product."""
    variables = _state(optimizer)
    if not optimizer._slots:  # releases kept momentum where there is none, too
        arrays = arrays[: len(_leading_scalars(arrays))]
    product = _by_field(optimizer).get("u_product", {}).get(-1)
    if len(arrays) == 1:  # saved before the first update, without slots
        optimizer._iterations.assign(arrays[0])
        return
    for left_out in ([], [product], [optimizer._learning_rate], [optimizer._learning_rate, product]):
        kept = [variable for variable in variables if not any(variable is other for other in left_out)]
        if len(kept) == len(arrays) and all(v.shape == a.shape for v, a in zip(kept, arrays, strict=True)):
            break
    else:
        raise StateError(
            f"{optimizer.name!r} has {len(variables)} weights; {len(arrays)} were given, or of other shapes"
        )
    for variable, array in zip(kept, arrays, strict=True):
        variable.assign(array)
    if product is not None and not any(product is variable for variable in kept):
        product.assign(_product(optimizer))


def _product(optimizer: Any) -> float:
    """Nadam's running product, which files seldom have, from the number of updates."""
    beta = float(getattr(optimizer.beta_1, "value", optimizer.beta_1))
    decay = getattr(optimizer, "schedule_decay", 1.0)
    steps = np.arange(1, int(optimizer._iterations.value) + 1)
    return float(np.prod(beta * (1 - 0.5 * 0.96 ** (steps * decay))))


def _state(optimizer: Any) -> list[Variable]:
    """The variables of a list: without the settings of an old optimizer."""
    settings = optimizer.__dict__.get("_settings", {}).values()
    return [variable for variable in optimizer.variables if not any(variable is setting for setting in settings)]


def _sets(kind: str, arrays: list[np.ndarray], weights: list[Variable], order: list[int]) -> dict[str, list[Any]]:
    """Arrays in full sets of weights, as {slot: arrays in the model's order}; sets of stand-ins are left out."""
    count = len(weights)
    if not arrays:
        return {}
    fields = SETS.get(kind, ())
    if not count or len(arrays) % count or len(arrays) // count > len(fields):
        raise StateError(
            f"the state of {kind} with {len(arrays)} arrays is not one for a model with {count} trainable weights"
        )
    found: dict[str, list[Any]] = {}
    for number, field in enumerate(fields[: len(arrays) // count]):
        part = arrays[number * count : (number + 1) * count]
        in_model_order: list[Any] = [None] * count
        for position, place in enumerate(order):
            in_model_order[place] = part[position]
        if any(value.shape != weight.shape for value, weight in zip(in_model_order, weights, strict=True)):
            if all(value.shape == (1,) for value in in_model_order):
                continue  # what amsgrad would need
            shapes = ", ".join(str(value.shape) for value in in_model_order)
            raise StateError(f"the state of {kind} is of other weights: its {field} has the shapes {shapes}")
        found[field] = in_model_order
    return found


def _leading_scalars(arrays: list[np.ndarray]) -> list[np.ndarray]:
    found = []
    for array in arrays:
        if array.ndim:
            break
        found.append(array)
    return found


def _order(layout: str, names: Sequence[str] | None, weights: list[Variable]) -> list[int]:
    """The places of the weights in the order of a set."""
    places = range(len(weights))
    if layout != "keras1":
        return list(places)
    known = [weight.name for weight in weights] if names is None else names
    return sorted(places, key=lambda place: known[place])


def _weights(optimizer: Optimizer) -> list[Variable]:
    return getattr(optimizer, "_learned", None) or optimizer._trainables


def _by_field(optimizer: Optimizer) -> dict[str, dict[int, Variable]]:
    """The slots by name and place."""
    found: dict[str, dict[int, Variable]] = {}
    for slot, field, place in zip(optimizer._slots, optimizer._fields, optimizer._places, strict=True):
        found.setdefault(field, {})[place] = slot
    return found


def _has_iterations(kind: str, layout: str) -> bool:
    return layout in ("keras2.3", "tf1") or kind in COUNTED


def slots_of(optimizer: Any, layout: str, names: Sequence[str] | None = None) -> list[Any]:
    """The variables of the state in the order of a layout; None where a release kept a stand-in, of shape (1,)."""
    if layout not in IN_SETS:
        left_out = [optimizer._learning_rate, *_by_field(optimizer).get("u_product", {}).values()]
        left_out = left_out if layout == "tf2" else []
        return [variable for variable in _state(optimizer) if not any(variable is other for other in left_out)]
    kind, weights = kind_of(optimizer), _weights(optimizer)
    slots = _by_field(optimizer)
    found: list[Any] = [optimizer._iterations] if _has_iterations(kind, layout) else []
    if "u_product" in slots and layout in ("keras2.3", "tf1"):
        found.append(slots["u_product"][-1])
    order = _order(layout, names, weights)
    for field in SETS.get(kind, ()):
        if field in slots:
            found += [slots[field][place] for place in order]
        elif field == "velocity_hat" and layout in ("keras2", "keras2.3"):
            found += [None] * len(weights)
    return found


def of_layout(optimizer: Any, layout: str, names: Sequence[str] | None = None) -> list[np.ndarray]:
    """The state of an optimizer as the list that a release would have: the inverse of `restore`."""
    stand_in = np.zeros((1,), np.float32)
    return [stand_in if slot is None else slot.numpy() for slot in slots_of(optimizer, layout, names)]


def names_in_layout(optimizer: Any, layout: str, weights: Sequence[str]) -> list[str]:
    """Names for the arrays of `of_layout`, as the release's files have them; `weights` as in `dense/kernel`."""
    title = type(optimizer).__name__
    count = len(slots_of(optimizer, layout))
    if layout == "keras1":
        return [f"param_{number}" for number in range(count)]
    if layout not in IN_SETS:
        return [variable.path for variable in slots_of(optimizer, layout)]
    kind = kind_of(optimizer)
    counter = "iter" if layout == "tf1" else "iterations"
    found = [f"{title}/{counter}:0"] if _has_iterations(kind, layout) else []
    if layout == "keras2":
        return found + [
            f"training/{title}/Variable{f'_{number}' if number else ''}:0" for number in range(count - len(found))
        ]
    if kind == "Nadam":
        found.append(f"{title}/{'momentum_cache' if layout == 'tf1' else 'm_schedule'}:0")
    slots = _by_field(optimizer)
    for field, word in zip(SETS[kind], WORDS[layout][kind], strict=False):
        if field in slots or (field == "velocity_hat" and layout == "keras2.3"):
            for number, weight in enumerate(weights):
                of_tf = f"{title}/{weight.split(':')[0]}/{word}:0"
                found.append(of_tf if layout == "tf1" else f"training/{title}/{word}_{number}:0")
    return found
