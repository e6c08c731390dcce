"""YAML as `model.to_yaml()` wrote it, read by an allowlist: plain data, tuples, and numbers of NumPy."""

from typing import Any

import numpy as np

from ...engine.configs import ConfigError
from ...engine.extras import needed

_TUPLE = "tag:yaml.org,2002:python/tuple"
_UNICODE = "tag:yaml.org,2002:python/unicode"
_SCALAR = "tag:yaml.org,2002:python/object/apply:numpy.core.multiarray.scalar"
_ARRAY = "tag:yaml.org,2002:python/object/apply:numpy.core.multiarray._reconstruct"
_ARRAY_CLASS = "tag:yaml.org,2002:python/name:numpy.ndarray"
_LIST = "tag:yaml.org,2002:python/object/apply:tensorflow.python.training.tracking.data_structures.ListWrapper"
_DTYPE = "tag:yaml.org,2002:python/object/apply:numpy.dtype"


def read_yaml(text: str) -> Any:
    """The data in a YAML text.

    Raises:
        ConfigError: it is not YAML, or asks for an object that is neither a tuple nor a number.
    """
    yaml = needed("yaml")
    loader = type("ArchitectureLoader", (yaml.SafeLoader,), {})
    loader.add_constructor(_TUPLE, lambda made, node: tuple(made.construct_sequence(node, deep=True)))
    loader.add_constructor(_UNICODE, lambda made, node: made.construct_scalar(node))
    loader.add_constructor(_SCALAR, _number)
    loader.add_constructor(_DTYPE, _dtype)
    loader.add_constructor(_ARRAY, _array)
    loader.add_constructor(_ARRAY_CLASS, lambda made, node: "ndarray")
    loader.add_constructor(_LIST, lambda made, node: list(made.construct_sequence(node, deep=True)[0]))
    try:
        return yaml.load(text, loader)
    except yaml.YAMLError as error:
        raise ConfigError(f"the YAML text cannot be read: {error}") from error


def _dtype(loader: Any, node: Any) -> str:
    """The kind and size of a NumPy dtype: "f4", "i8"."""
    if not hasattr(node.value, "__iter__") or isinstance(node.value, str):
        raise ConfigError("the YAML text holds a dtype that cannot be read")
    if node.id == "mapping":  # {args: [f4, false, true], state: ...}
        given = next(value for key, value in node.value if key.value == "args")
    else:
        given = node
    return str(given.value[0].value)


def _number(loader: Any, node: Any) -> int | float:
    """A number of NumPy, from its dtype and its bytes."""
    kind, content = (loader.construct_object(item, deep=True) for item in node.value)
    return _numbers(kind, content, ())


def _array(loader: Any, node: Any) -> Any:
    """An array of NumPy as numbers in lists, from (1, shape, dtype, whether it is in Fortran's order, bytes)."""
    _, shape, kind, in_columns, content = loader.construct_mapping(node, deep=True)["state"]
    if in_columns:
        raise ConfigError("the YAML text holds an array in Fortran's order, which is not read")
    return _numbers(kind, content, tuple(shape))


def _numbers(kind: Any, content: Any, shape: tuple[int, ...]) -> Any:
    known = ("f4", "f8", "i4", "i8", "b1")
    if kind not in known:
        raise ConfigError(f"the YAML text holds a number of the dtype {kind!r}, which is not one of {', '.join(known)}")
    content = content if isinstance(content, bytes) else str(content).encode("latin-1")
    dtype = np.dtype(kind).newbyteorder("<")
    if len(content) != dtype.itemsize * int(np.prod(shape)):
        raise ConfigError("the YAML text holds a number that is damaged")
    return np.frombuffer(content, dtype).reshape(shape).tolist()
