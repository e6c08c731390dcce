"""TensorFlow's private modules (`tensorflow.python.ops.math_ops`, ...): what its public ones hold, by those names."""

import importlib
from typing import Any

from ..utils.decorators import deprecated, deprecated_args, keras_export, smart_cond, smart_constant_value, tf_export
from . import environment, graph, image, linalg, math, namespaces, nn, random

__all__ = ["deprecated", "deprecated_args", "keras_export", "smart_cond", "smart_constant_value", "tf_export"]

_PLACES = (math, nn, linalg, random, image)
_NAMES: dict[str, Any] = {
    **namespaces.NEST, **environment.logging, **environment.gfile, **environment.errors,
    "enabled": graph.executing_eagerly, "mat_mul": math.ON_TOP["matmul"], "get_build_info": dict,
    "enable_numpy_behavior": environment.nothing, "list_local_devices": namespaces.list_local_devices,
}  # fmt: skip


def __getattr__(name: str) -> Any:
    """A name of `tf`, `tf.math`, `tf.nn`, ...; `zeros_v2` is `zeros`."""
    if name.startswith("__"):
        raise AttributeError(name)
    whole = importlib.import_module(
        str(__package__)
    )  # it may be that this module is asked for while it is being loaded
    for wanted in dict.fromkeys((name, name.removesuffix("_v2").removesuffix("_v1"))):
        if wanted in _NAMES:
            return _NAMES[wanted]
        if wanted in whole.__all__:
            return getattr(whole, wanted)
        found = next((place for place in _PLACES if wanted in place.__all__), None)
        if found is not None:
            return getattr(found, wanted)
    raise AttributeError(name)
