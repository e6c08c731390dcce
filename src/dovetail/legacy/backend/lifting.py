"""How the backend's functions take everything that old code gave them.

Arrays, NumPy arrays and numbers are computed with. Symbolic tensors (and variables, where the release drew them) give
a symbolic tensor, whose node reads the variables anew each time. Inside a running function, symbolic tensors from
outside stand for the values that they have there.

Shapes are numbers that a compiled program must know: `shape(x)` and what is computed from it stay NumPy arrays
(`Sizes`), while a graph is drawn too, where they differ with the size that stands for the open axes.
"""

import functools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ...engine.configs import snake_case
from ...engine.context import StatelessScope, current, entered
from ...engine.naming import unique_name
from ...engine.operation import OPEN_SIZES, Node, Operation, trace
from ...engine.tensor import KerasTensor, Spec
from ...engine.variable import Stateful, Variable
from .drawing import MISFITS, opened, sizes_in
from .graphs import value_of
from .modes import draws_variables, in_call

LARGE = 1000  # numbers; shapes, and what is computed from them, have fewer


class Sizes(np.ndarray):
    """Integers that are known while a program is compiled: a shape, and what is computed from one."""

    def numpy(self) -> np.ndarray:
        return np.asarray(self)

    def get_shape(self) -> tuple[int, ...]:
        return self.shape


def sizes(values: Any) -> Sizes:
    return np.asarray(values).astype(np.int32).view(Sizes)


class Recorded(Operation, Stateful):
    """A function of the backend as a node: it reads variables when it runs, and needs no input where it has none.

    Args:
        function: of arrays.
        owned: variables of its own, such as the state of a random draw.
    """

    is_source = True

    def __init__(self, function: Callable[..., Any], owned: tuple[Variable, ...] = ()):
        super().__init__(unique_name(f"k_{snake_case(getattr(function, '__name__', '')) or 'function'}"))
        self.function, self.owned = function, owned

    @property
    def variables(self) -> list[Variable]:  # type: ignore[override]
        found = list(self.owned)
        for node in self._inbound_nodes:
            found += [leaf for leaf in jax.tree.leaves((node.args, node.kwargs)) if isinstance(leaf, Variable)]
        return list({id(variable): variable for variable in found}.values())

    def call(self, *args: Any, **kwargs: Any) -> Any:
        args, kwargs = jax.tree.map(lambda x: x.value if isinstance(x, Variable) else x, (args, kwargs))
        if not self.owned and any(isinstance(leaf, (Sizes, np.integer)) for leaf in jax.tree.leaves((args, kwargs))):
            return _computed(self.function, args, kwargs)
        return self.function(*args, **kwargs)


def lifted(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` of arrays, made to take symbolic tensors and variables, anywhere in its arguments."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        leaves = jax.tree.leaves((args, kwargs))
        is_symbolic = any(isinstance(leaf, KerasTensor) for leaf in leaves)
        if is_symbolic or any(isinstance(leaf, Variable) for leaf in leaves):
            if not in_call() and (is_symbolic or draws_variables()):
                return record(function, args, kwargs)
            args, kwargs = jax.tree.map(resolve, (args, kwargs))
        return _computed(function, args, kwargs)

    return call


def _computed(function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    """The function's result, as `Sizes` where it comes from sizes alone."""
    leaves = jax.tree.leaves((args, kwargs))
    if not _is_static(leaves) or (_may_be_large(leaves) and _is_large(function, args, kwargs)):
        return function(*args, **kwargs)
    with jax.ensure_compile_time_eval():
        return jax.tree.map(_static, function(*args, **kwargs))


def resolve(x: Any) -> Any:
    """The value that a variable or a symbolic tensor has here; anything else as it is."""
    if isinstance(x, Variable):
        return x.value
    return value_of(x) if isinstance(x, KerasTensor) else x


def _is_static(leaves: list[Any]) -> bool:
    """Whether all arguments are numbers known while compiling, at least one of them from a shape."""
    numbers = [leaf for leaf in leaves if isinstance(leaf, (np.ndarray, np.generic, jax.Array, int, float))]
    if any(isinstance(leaf, jax.core.Tracer) for leaf in numbers):
        return False
    is_plain = bool(numbers) and not any(isinstance(leaf, jax.Array) for leaf in numbers)
    return any(isinstance(leaf, Sizes) for leaf in numbers) or (is_plain and in_call())


def _may_be_large(leaves: list[Any]) -> bool:
    """Whether what is computed from these sizes may be no size any more: a mask over all steps, say."""
    numbers = [np.asarray(leaf) for leaf in leaves if isinstance(leaf, (np.ndarray, np.generic, int, float))]
    return any(x.size > LARGE or (x.size and np.max(x) > LARGE) for x in numbers if x.dtype.kind in "biuf")


def _is_large(function: Callable[..., Any], args: Any, kwargs: Any) -> bool:
    try:
        made = jax.eval_shape(lambda: function(*args, **kwargs))
    except TypeError:  # no arrays
        return False
    return any(np.prod(leaf.shape, dtype=float) > LARGE for leaf in jax.tree.leaves(made))


def _static(x: Any) -> Any:
    is_integer = isinstance(x, (jax.Array, np.ndarray)) and jnp.issubdtype(x.dtype, jnp.integer)
    return sizes(x) if is_integer and not isinstance(x, jax.core.Tracer) else x


def record(function: Callable[..., Any], args: Any, kwargs: Any, owned: tuple[Variable, ...] = ()) -> Any:
    """A node that calls `function`; its symbolic outputs, shapes found by tracing."""
    operation = Recorded(function, owned)
    if any(isinstance(leaf, KerasTensor) and leaf.dtype == "string" for leaf in jax.tree.leaves((args, kwargs))):
        specs = trace(operation.call, args, kwargs)  # on the host, before the model's program
        made = jax.tree.map(lambda spec: KerasTensor(*spec), specs, is_leaf=lambda x: isinstance(x, Spec))
        Node(operation, args, kwargs, made)
        return made
    draw = functools.partial(_outputs_for, operation, *jax.tree.flatten((args, kwargs)))
    try:
        outputs, structure = _open_outputs(draw)
    except MISFITS as error:
        outputs, structure = _fixed_outputs(draw, error)
    tree = structure.unflatten(outputs)
    Node(operation, args, kwargs, tree)
    return tree


def _open_outputs(draw: Callable[[int], Any]) -> tuple[list[KerasTensor], Any]:
    """The symbolic outputs, open where they differ with the size that stands for open axes."""
    (first, structure, known), (second, _, also_known) = draw(OPEN_SIZES[0]), draw(OPEN_SIZES[1])
    outputs = []
    for a, b, *values in zip(first, second, known, also_known, strict=True):
        shape = tuple(x if x == y else None for x, y in zip(a.shape, b.shape, strict=True))
        tensor = KerasTensor(*Spec(shape, a.dtype.name))
        if all(value is not None for value in values):
            tensor.sizes = dict(zip(OPEN_SIZES, values, strict=True))
        outputs.append(tensor)
    return outputs, structure


def _fixed_outputs(draw: Callable[[int], Any], error: Exception) -> tuple[list[KerasTensor], Any]:
    """The symbolic outputs for the batch size that fits, where the open one does not."""
    for size in sizes_in(error):
        try:
            found, structure, _ = draw(size)
        except MISFITS:
            continue
        return [KerasTensor(opened(struct.shape, size), struct.dtype.name) for struct in found], structure
    raise error


def _outputs_for(operation: Recorded, leaves: list[Any], structure: Any, size: int) -> tuple[list, Any, list]:
    """Shapes of the outputs where open axes have this size, how they are nested, and those that are `Sizes`."""
    filled = [getattr(leaf, "sizes", {}).get(size, leaf) if isinstance(leaf, KerasTensor) else leaf for leaf in leaves]
    places = [i for i, leaf in enumerate(filled) if isinstance(leaf, KerasTensor)]
    known: list[Any] = []

    def run(*arrays: Any) -> Any:
        values = list(filled)
        for place, array in zip(places, arrays, strict=True):
            values[place] = array
        args, kwargs = structure.unflatten(values)
        with StatelessScope(), entered(open_size=size):
            outputs = operation.call(*args, **kwargs)
        known[:] = [leaf if isinstance(leaf, (Sizes, np.integer)) else None for leaf in jax.tree.leaves(outputs)]
        return outputs

    shapes = [tuple(size if axis is None else axis for axis in filled[i].shape) for i in places]
    structs = [jax.ShapeDtypeStruct(shape, filled[i].dtype) for shape, i in zip(shapes, places, strict=True)]
    found, tree = jax.tree.flatten(jax.eval_shape(run, *structs))
    return found, tree, known


def static_shape(x: Any) -> tuple[int | None, ...]:
    """The shape of an array, tensor or variable, with None for open axes."""
    shape = tuple(x.shape) if hasattr(x, "shape") else np.shape(x)
    open_size = current().open_size
    return tuple(None if open_size is not None and size == open_size else size for size in shape)


def as_shape(shape: Any) -> tuple[int, ...]:
    """A shape given as numbers, or computed with `shape`, as plain integers."""
    if isinstance(shape, (int, np.integer)):
        return (int(shape),)
    return tuple(int(size) for size in (np.asarray(shape) if isinstance(shape, (np.ndarray, jax.Array)) else shape))
