"""YAML as `model.to_yaml()` wrote it, read by an allowlist: plain data, tuples, and numbers of NumPy."""

import struct
from typing import Any

from ...engine.configs import ConfigError
from ...engine.extras import needed

_TUPLE = "tag:yaml.org,2002:python/tuple"
_UNICODE = "tag:yaml.org,2002:python/unicode"
_SCALAR = "tag:yaml.org,2002:python/object/apply:numpy.core.multiarray.scalar"
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
    kind, value = (loader.construct_object(item, deep=True) for item in node.value)
    codes = {"f4": "<f", "f8": "<d", "i4": "<i", "i8": "<q", "b1": "<?"}
    if kind not in codes:
        raise ConfigError(f"the YAML text holds a number of the dtype {kind!r}, which is not one of {', '.join(codes)}")
    content = value if isinstance(value, bytes) else str(value).encode("latin-1")
    if len(content) != struct.calcsize(codes[kind]):
        raise ConfigError("the YAML text holds a number that is damaged")
    return struct.unpack(codes[kind], content)[0]
