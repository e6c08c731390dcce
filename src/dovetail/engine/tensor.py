"""KerasTensor: a symbolic value, known by shape and dtype, that remembers how it is made."""

from typing import Any, NamedTuple

import jax

from .dtypes import standardize_dtype
from .errors import ShapeError, format_shape
from .naming import unique_name


class Spec(NamedTuple):
    """Shape (None for an open axis) and dtype of a value that is not there yet."""

    shape: tuple[int | None, ...]
    dtype: str


class KerasTensor:
    """A symbolic value: shape with None for open axes, dtype, and the node that makes it.

    Args:
        shape: of the value, None for an open axis.
        dtype: of the value.
        name: of the tensor; made up when None.
    """

    def __init__(
        self,
        shape: Any,
        dtype: Any = "float32",
        sparse: bool = False,
        ragged: bool = False,
        record_history: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ):
        if sparse or ragged:
            raise TypeError("sparse and ragged tensors are not supported: JAX has dense arrays only")
        self.shape = standardize_shape(shape)
        self.dtype = standardize_dtype(dtype)
        self.sparse, self.ragged = False, False
        self.record_history = record_history
        self.name = name or unique_name("keras_tensor")
        self.node: Any = None  # the node that makes it, and its place among the node's outputs
        self.tensor_index = 0
        self.mask_spec: Spec | None = None

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def _keras_history(self) -> tuple[Any, int, int] | None:
        """(operation, node_index, tensor_index), as Keras has it."""
        if self.node is None:
            return None
        nodes = self.node.operation._inbound_nodes
        return self.node.operation, nodes.index(self.node), self.tensor_index

    def __repr__(self) -> str:
        return f"<KerasTensor shape={self.shape}, dtype={self.dtype}, name={self.name}>"

    def _refuse(self, what: str) -> TypeError:
        return TypeError(
            f"{self!r} is symbolic: it has no values yet, so it cannot be {what}. "
            "Use a layer or a function of dovetail.ops on it, or call a model on real arrays."
        )

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise self._refuse("turned into a NumPy array")

    def __jax_array__(self) -> Any:
        raise self._refuse("passed to a jax.numpy function")

    def __bool__(self) -> bool:
        raise self._refuse("used as a truth value")

    def __iter__(self) -> Any:
        raise self._refuse("iterated over")

    def __float__(self) -> float:
        raise self._refuse("turned into a number")

    __int__ = __float__  # type: ignore[assignment]

    def __len__(self) -> int:
        if not self.shape or self.shape[0] is None:
            raise self._refuse("measured: its first axis is open")
        return self.shape[0]


def standardize_shape(shape: Any) -> tuple[int | None, ...]:
    """A shape as a tuple of integers and None.

    Raises:
        ShapeError: an entry is neither None nor an integer of at least 0.
    """
    if isinstance(shape, int):
        raise ShapeError(f"a shape is a tuple, not the number {shape}: write ({shape},)")
    entries = tuple(shape)
    for entry in entries:
        if entry is not None and (isinstance(entry, bool) or not hasattr(entry, "__index__") or entry < 0):
            raise ShapeError(f"{entries} is not a shape: {entry!r} is neither None nor an integer of at least 0")
    return tuple(None if entry is None else int(entry) for entry in entries)


def is_keras_tensor(x: Any) -> bool:
    """Whether `x` is a symbolic value."""
    return isinstance(x, KerasTensor)


def any_symbolic(*trees: Any) -> bool:
    """Whether a KerasTensor is anywhere in these nested structures."""
    return any(isinstance(leaf, KerasTensor) for leaf in jax.tree.leaves(trees))


def shapes_of(tree: Any) -> str:
    """The shapes of all tensors in a nested structure, for messages."""
    found = [format_shape(tuple(leaf.shape)) for leaf in jax.tree.leaves(tree) if hasattr(leaf, "shape")]
    return ", ".join(found) or "no tensors"
