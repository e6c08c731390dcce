"""`keras.utils.generic_utils`: custom objects, functions as text, a progress bar, lists."""

import base64
import inspect
import marshal
import types
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ...engine.code import dump_function
from ...engine.configs import ConfigError
from ...engine.errors import unknown_name
from ...engine.registry import CustomObjectScope as ModernScope
from ...engine.registry import code_is_allowed, get_custom_objects, get_registered_object
from ...utils import progress_bar
from ...utils.legacy import deserialize_keras_object, serialize_keras_object

__all__ = [
    "CustomObjectScope", "Progbar", "check_for_unexpected_keys", "custom_object_scope", "deserialize_keras_object",
    "func_dump", "func_load", "get_custom_objects", "getargspec", "has_arg", "is_all_none", "object_list_uid",
    "serialize_keras_object", "slice_arrays", "to_list", "transpose_shape", "unpack_singleton",
]  # fmt: skip


class CustomObjectScope(ModernScope):
    """While active, the names in these dictionaries are known."""

    def __init__(self, *args: dict[str, Any]):
        super().__init__({name: value for objects in args for name, value in (objects or {}).items()})


custom_object_scope = CustomObjectScope


class Progbar(progress_bar.Progbar):
    """See `dovetail.utils.Progbar`; old scripts may pass `force=True` to draw at once."""

    def __init__(
        self,
        target: int | None,
        width: int = 30,
        verbose: int = 1,
        interval: float = 0.05,
        stateful_metrics: Any = None,
    ):
        super().__init__(target, width, verbose, interval, stateful_metrics)

    def update(self, current: int, values: Any = None, force: bool = False, finalize: bool | None = None) -> None:
        if force:
            self._drawn = float("-inf")
        super().update(current, values, finalize)


# -- functions


def func_dump(func: Callable[..., Any]) -> tuple[str, Any, Any]:
    """A function's compiled code (as text), defaults and closed-over values."""
    dumped = dump_function(func)
    closure = dumped["closure"]
    return dumped["code"], dumped["defaults"], None if closure is None else tuple(closure)


def func_load(code: Any, defaults: Any = None, closure: Any = None, globs: dict[str, Any] | None = None) -> Any:
    """The function that `func_dump` wrote, by the same version of Python.

    Raises:
        ConfigError: code from data may not run, unless `keras.config.enable_unsafe_deserialization()` was called.
    """
    if isinstance(code, (tuple, list)):
        code, defaults, closure = code
    if not code_is_allowed():
        raise ConfigError(
            "the function was not loaded: its code could do anything on this machine. If you trust where it comes "
            "from: keras.config.enable_unsafe_deserialization(). Better: define the function here and pass it by name"
        )
    found = marshal.loads(base64.decodebytes(code.encode("ascii")))
    cells = tuple(value if isinstance(value, types.CellType) else types.CellType(value) for value in closure or ())
    arguments = tuple(defaults) if defaults else None
    return types.FunctionType(found, globals() if globs is None else globs, found.co_name, arguments, cells or None)


class ArgSpec(tuple):
    """What `getargspec` gives: names, `*args`, `**kwargs`, defaults."""

    args = property(lambda self: self[0])
    varargs = property(lambda self: self[1])
    keywords = property(lambda self: self[2])
    defaults = property(lambda self: self[3])


def getargspec(fn: Callable[..., Any]) -> ArgSpec:
    """A function's arguments, as Python 2 told them."""
    found = inspect.getfullargspec(fn)
    return ArgSpec((found.args, found.varargs, found.varkw, found.defaults))


def has_arg(fn: Callable[..., Any], name: str, accept_all: bool = False) -> bool:
    """Whether a function takes an argument by this name; with `accept_all`, by `**kwargs` as well."""
    parameters = inspect.signature(fn).parameters
    if name in parameters:
        return parameters[name].kind in (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return accept_all and any(p.kind == p.VAR_KEYWORD for p in parameters.values())


# -- lists, shapes and dictionaries


def to_list(x: Any, allow_tuple: bool = False) -> list[Any]:
    """A list as it is, anything else as a list of one; a tuple as a list with `allow_tuple`."""
    if isinstance(x, list):
        return x
    return list(x) if allow_tuple and isinstance(x, tuple) else [x]


def unpack_singleton(x: Any) -> Any:
    """The item of a sequence of one; longer ones as they are."""
    return x[0] if len(x) == 1 else x


def object_list_uid(object_list: Any) -> str:
    """A text that is the same for the same objects."""
    return ", ".join(str(abs(id(item))) for item in to_list(object_list))


def is_all_none(iterable_or_element: Any) -> bool:
    """Whether there is nothing but None."""
    return all(item is None for item in to_list(iterable_or_element, allow_tuple=True))


def slice_arrays(arrays: Any, start: Any = None, stop: int | None = None) -> Any:
    """Rows of an array, or of each of a list of arrays: from `start` to `stop`, or those that `start` lists."""
    rows = slice(start, stop) if not hasattr(start, "__len__") else start
    if hasattr(rows, "tolist"):
        rows = rows.tolist()
    if arrays is None:
        return [None]
    if isinstance(arrays, list):
        return [None if array is None else array[rows] for array in arrays]
    return arrays[rows]


def transpose_shape(shape: Any, target_format: str, spatial_axes: Iterable[int]) -> Any:
    """A shape with channels last, in the other order of axes."""
    if target_format == "channels_last":
        return shape
    if target_format != "channels_first":
        raise unknown_name("data_format", target_format, ("channels_first", "channels_last"))
    axes = list(spatial_axes)
    return type(shape)([*shape[: axes[0]], shape[-1], *(shape[axis] for axis in axes)])


def check_for_unexpected_keys(name: str, input_dict: dict[str, Any], expected_values: Sequence[str]) -> None:
    """Raise a ValueError where a dictionary has other keys."""
    unknown = [key for key in input_dict if key not in expected_values]
    if unknown:
        raise ValueError(f"Unknown entries in {name} dictionary: {unknown}. Expected keys: {list(expected_values)}")


# -- Keras 1


def get_from_module(
    identifier: Any, module_params: dict[str, Any], module_name: str, instantiate: bool = False, kwargs: Any = None
) -> Any:
    """What a name, or a dictionary with "name" and arguments, means in a module; anything else as it is.

    Args:
        module_params: the module's members by name.
        module_name: what one is called in errors.
        instantiate: call what was found, with `kwargs`.
    """
    if isinstance(identifier, dict):
        kwargs = {key: value for key, value in identifier.items() if key != "name"}
        identifier, instantiate = identifier["name"], True
    if not isinstance(identifier, str):
        return identifier
    found = get_registered_object(identifier, module_objects=module_params)
    if found is None:
        raise unknown_name(module_name, identifier, map(str, module_params))
    return found(**(kwargs or {})) if instantiate else found


def make_tuple(*args: Any) -> tuple[Any, ...]:
    """The arguments as a tuple."""
    return args


KERAS1 = {"get_from_module": get_from_module, "make_tuple": make_tuple}
