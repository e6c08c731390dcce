"""TensorFlow 1's graphs and sessions: set up by scripts around their models, with little to do here."""

import contextlib
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import jax

from ..backend import functions as backend_functions
from ..backend import modes
from ..backend import variables as backend_variables
from .control import NoOp
from .types import Variable, as_dtype


class Session(backend_functions.Session):
    """A session runs tensors of a graph; variables need none. See `dovetail.legacy.backend.functions.Session`."""

    def run(self, fetches: Any, feed_dict: Any = None, options: Any = None, run_metadata: Any = None) -> Any:
        leaves, structure = jax.tree.flatten(fetches, is_leaf=lambda x: x is None)
        wanted = [leaf for leaf in leaves if leaf is not None and not isinstance(leaf, NoOp)]
        values = iter(super().run(wanted, feed_dict) if wanted else ())
        return structure.unflatten(None if leaf is None or isinstance(leaf, NoOp) else next(values) for leaf in leaves)

    def list_devices(self) -> list[Any]:
        return list(jax.devices())


InteractiveSession = Session


class _Options:
    """Options of sessions: any may be set, none has an effect."""

    def __init__(self, *args: Any, **kwargs: Any):
        self.__dict__.update(kwargs)

    def __getattr__(self, name: str) -> "_Options":
        if name.startswith("__"):
            raise AttributeError(name)
        made = _Options()
        self.__dict__[name] = made
        return made


ConfigProto = GPUOptions = RunOptions = RunMetadata = GraphOptions = OptimizerOptions = _Options


class Graph:
    """The graph: there is one, and tensors know how they are made."""

    @contextlib.contextmanager
    def as_default(self) -> Iterator["Graph"]:
        yield self

    def finalize(self) -> None:
        """Nothing to do."""

    def get_tensor_by_name(self, name: str) -> Any:
        raise NotImplementedError(
            f"there is no graph to look {name!r} up in: use the model's tensors (model.get_layer(...).output)"
        )

    def get_operations(self) -> list[Any]:
        return []

    device = staticmethod(lambda name=None: contextlib.nullcontext())


_graph = Graph()


def get_default_graph() -> Graph:
    return _graph


def reset_default_graph() -> None:
    """Nothing to do."""


def get_default_session() -> Any:
    return backend_functions.get_session()


def placeholder(dtype: Any = "float32", shape: Any = None, name: str | None = None) -> Any:
    """A symbolic tensor whose value `Session.run` or `K.function` is given; its shape must say how many axes it has."""
    if shape is None:
        raise ValueError("tf.placeholder needs a `shape` here, with None for open axes")
    return backend_variables.placeholder(tuple(shape), dtype=as_dtype(dtype).name, name=name)


def placeholder_with_default(input: Any, shape: Any, name: str | None = None) -> Any:
    return input


def global_variables_initializer(*args: Any, **kwargs: Any) -> NoOp:
    """Nothing to do: variables have their values from the start."""
    return NoOp()


local_variables_initializer = tables_initializer = initialize_all_variables = global_variables_initializer
variables_initializer = global_variables_initializer

_named: dict[str, Any] = {}


def get_variable(
    name: str, shape: Any = None, dtype: Any = "float32", initializer: Any = None, regularizer: Any = None,
    trainable: bool = True, **kwargs: Any,
) -> Variable:  # fmt: skip
    """A variable of this shape, of Glorot uniform numbers unless an initializer is given."""
    from ... import initializers  # the layer above, needed for its default alone

    if initializer is None:
        initializer = initializers.GlorotUniform()
    if not callable(initializer):
        return Variable(initializer, trainable, name=name, dtype=dtype)
    initializer = initializer() if isinstance(initializer, type) else initializer
    value = initializer(tuple(int(size) for size in shape), dtype=as_dtype(dtype).name)
    made = Variable(value, trainable, name=name, dtype=dtype)
    made.regularizer = regularizer
    return made


@contextlib.contextmanager
def variable_scope(name_or_scope: Any = None, *args: Any, **kwargs: Any) -> Iterator[Any]:
    """Names of variables mean nothing here."""
    yield SimpleNamespace(name=name_or_scope, reuse_variables=lambda: None)


def assign(ref: Any, value: Any, *args: Any, **kwargs: Any) -> Any:
    return backend_variables.update(ref, value)


def assign_add(ref: Any, value: Any, *args: Any, **kwargs: Any) -> Any:
    return backend_variables.update_add(ref, value)


def assign_sub(ref: Any, value: Any, *args: Any, **kwargs: Any) -> Any:
    return backend_variables.update_sub(ref, value)


def executing_eagerly() -> bool:
    """Whether what depends on variables alone is computed at once."""
    return not modes.draws_variables()


def enable_eager_execution(*args: Any, **kwargs: Any) -> None:
    modes.set_drawing(False)


def disable_eager_execution() -> None:
    """From now on what depends on variables alone is drawn as a graph, so that `K.gradients` can go through it."""
    modes.set_drawing(True)


disable_v2_behavior = disable_v2_tensorshape = disable_eager_execution
enable_v2_behavior = enable_eager_execution

__all__ = [
    "ConfigProto", "GPUOptions", "Graph", "GraphOptions", "InteractiveSession", "OptimizerOptions", "RunMetadata",
    "RunOptions", "Session", "assign", "assign_add", "assign_sub", "disable_eager_execution", "disable_v2_behavior",
    "disable_v2_tensorshape", "enable_eager_execution", "enable_v2_behavior", "executing_eagerly", "get_default_graph",
    "get_default_session", "get_variable", "global_variables_initializer", "initialize_all_variables",
    "local_variables_initializer", "placeholder", "placeholder_with_default", "reset_default_graph",
    "tables_initializer", "variable_scope", "variables_initializer",
]  # fmt: skip
