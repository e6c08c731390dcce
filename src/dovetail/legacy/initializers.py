"""Initializers of a release: in Keras 1 functions of a shape that give a variable, with the distributions of then."""

import functools
import inspect
import math
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import initializers as today
from ..engine.configs import MODULES
from ..engine.dtypes import floatx
from ..engine.randomness import make_seed
from ..initializers import Orthogonal, RandomInitializer
from .backend.functions import evaluate
from .backend.variables import variable
from .releases import Release

DTYPES = ("float16", "bfloat16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool")


def get_fans(shape: Any, dim_ordering: str = "th") -> tuple[float, float]:
    """Inputs and outputs of one unit: a matrix's sides; for what is neither matrix nor kernel, the root of the size."""
    shape = tuple(shape)
    if len(shape) == 2:
        return shape
    if len(shape) in (4, 5) and dim_ordering == "th":
        window = math.prod(shape[2:])
        return shape[1] * window, shape[0] * window
    if len(shape) in (4, 5) and dim_ordering == "tf":
        window = math.prod(shape[:2])  # in three dimensions too
        return shape[-2] * window, shape[-1] * window
    if len(shape) in (4, 5):
        raise ValueError(f"`dim_ordering` is 'th' or 'tf', not {dim_ordering!r}")
    return math.sqrt(math.prod(shape)), math.sqrt(math.prod(shape))


class OldInitializer:
    """An initializer as Keras 1 had them: a function that draws anew at every call.

    Called by a script it gives a variable: `glorot_uniform((3, 4), name="W")`. Called by a layer of today with a dtype,
    it gives the values, for kernels whose last two axes are inputs and outputs.

    Args:
        draw: function of (source, shape, scale, dim_ordering) giving the values.
        scale: its default; None where the function has no such argument.
    """

    def __init__(self, name: str, draw: Callable[..., Any], scale: float | None = None):
        self.__name__ = self.config_name = name
        self.__doc__ = draw.__doc__
        self.draw, self.scale = draw, scale
        self.source = Source()

    def __call__(
        self, shape: Any, *args: Any, dim_ordering: str | None = None, dtype: Any = None, **kwargs: Any
    ) -> Any:
        order = ("scale", "name", "dim_ordering") if self.scale is not None else ("name", "dim_ordering")
        if args and args[0] in DTYPES:
            dtype, args = args[0], args[1:]
        given = dict(zip(order, args, strict=False)) | kwargs
        dim_ordering = dim_ordering or given.get("dim_ordering") or ("th" if dtype is None else "tf")
        shape = (shape,) if isinstance(shape, int) else tuple(int(size) for size in shape)
        values = np.asarray(self.draw(self.source, shape, given.get("scale", self.scale), dim_ordering))
        if dtype is None:
            return variable(values.astype(floatx()), name=given.get("name"))
        return values.astype(dtype)


class Redrawn:
    """Mixed in before an initializer of today: without a seed, every call gives other values, as before 2.11."""

    seed: Any

    def __init__(self, *args: Any, dtype: Any = None, **kwargs: Any):
        super().__init__(*args, **kwargs)  # tf.keras 1 took a dtype

    def generator(self) -> np.random.Generator:
        if self.seed is None and self.__dict__.get("_was_drawn"):
            self._drawn_seed = make_seed()
        self._was_drawn = True
        return super().generator()  # type: ignore[misc]

    def __call__(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Any:
        return super().__call__(shape, dtype)  # type: ignore[misc]


class Source(Redrawn, RandomInitializer):
    """Where old initializers draw from."""


def _uniform(source: Source, shape: Any, scale: float, dim_ordering: str) -> Any:
    """Uniform within `scale`."""
    return source.uniform(shape, -scale, scale, "float32")


def _normal(source: Source, shape: Any, scale: float, dim_ordering: str) -> Any:
    """Normal with the standard deviation `scale`, not cut off."""
    return source.normal(shape, 0.0, scale, "float32")


def _scaled(distribution: str, scale_of: Callable[[float, float], float], doc: str) -> Callable[..., Any]:
    def draw(source: Source, shape: Any, scale: Any, dim_ordering: str) -> Any:
        scale = scale_of(*get_fans(shape, dim_ordering))
        return (_uniform if distribution == "uniform" else _normal)(source, shape, scale, dim_ordering)

    draw.__doc__ = doc
    return draw


def _orthogonal(source: Source, shape: Any, scale: float, dim_ordering: str) -> Any:
    """Orthogonal rows or columns, times `scale`; all axes but the first are one."""
    flat = (shape[0], math.prod(shape[1:]))
    seed = int(source.generator().integers(2**31))
    return np.asarray(Orthogonal(scale, seed)(flat, "float32")).reshape(shape)


def _identity(source: Source, shape: Any, scale: float, dim_ordering: str) -> Any:
    """The identity matrix times `scale`."""
    if len(shape) != 2 or shape[0] != shape[1]:
        raise ValueError(f"identity makes square matrices, not an array of shape {shape}")
    return scale * np.eye(shape[0])


def _filled(value: float) -> Callable[..., Any]:
    def draw(source: Source, shape: Any, scale: Any, dim_ordering: str) -> Any:
        return np.full(shape, value)

    draw.__doc__ = f"All {value:g}."
    return draw


_SQRT = math.sqrt
_DRAWN: dict[str, tuple[Callable[..., Any], float | None]] = {
    "uniform": (_uniform, 0.05),
    "normal": (_normal, 0.05),
    "lecun_uniform": (_scaled("uniform", lambda i, o: _SQRT(3 / i), "Uniform within sqrt(3 / inputs)."), None),
    "glorot_uniform": (
        _scaled("uniform", lambda i, o: _SQRT(6 / (i + o)), "Uniform within sqrt(6 / (inputs + outputs))."), None,
    ),
    "glorot_normal": (
        _scaled("normal", lambda i, o: _SQRT(2 / (i + o)), "Normal of variance 2 / (inputs + outputs)."), None,
    ),
    "he_uniform": (_scaled("uniform", lambda i, o: _SQRT(6 / i), "Uniform within sqrt(6 / inputs)."), None),
    "he_normal": (_scaled("normal", lambda i, o: _SQRT(2 / i), "Normal of variance 2 / inputs."), None),
    "orthogonal": (_orthogonal, 1.1),
    "identity": (_identity, 1.0),
    "zero": (_filled(0.0), None),
    "one": (_filled(1.0), None),
}  # fmt: skip


def of_keras_1(name: str) -> OldInitializer:
    """The initializer that Keras 1 had under `name`."""
    return OldInitializer(name, *_DRAWN[name])


def _meaning(name: str) -> Callable[[Release], Any]:
    return lambda release: of_keras_1(name) if release.dialect == 1 else None


# by name, a function of the release giving what it meant, or None where that is what it means today
MEANINGS: dict[str, Callable[[Release], Any]] = {name: _meaning(name) for name in _DRAWN}


class Written:
    """A user's function of a shape, as an initializer: `lambda shape, name=None: normal(shape, scale=0.01, name=name)`.

    Args:
        function: takes the shape, and any of `name`, `dtype`, `dim_ordering`; gives an array, a variable or a tensor.
    """

    def __init__(self, function: Callable[..., Any]):
        self.function = function
        self.__name__ = getattr(function, "__name__", "initializer").replace("<lambda>", "lambda_initializer")

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        offered = {"name": None, "dtype": dtype, "dim_ordering": "tf"}
        wanted = _parameters(self.function)
        value = evaluate(self.function(shape, **{name: offered[name] for name in wanted if name in offered}))
        return np.asarray(value).astype(dtype or floatx())


def _parameters(function: Callable[..., Any]) -> list[str]:
    """The parameters of a function after the first; for one that does not tell, what Keras 2 gave."""
    try:
        parameters = list(inspect.signature(function).parameters.values())[1:]
    except (TypeError, ValueError):
        return ["dtype"]
    return [p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]


def as_initializer(value: Any) -> Any:
    """A function that takes a shape and a name, or a shape alone, as an initializer of today; others as they are."""
    is_plain = isinstance(value, (types.FunctionType, types.MethodType, functools.partial))
    return Written(value) if is_plain and not hasattr(value, "config_name") else value


# -- the classes of Keras 2

ALIASES = {
    "zero": "Zeros", "one": "Ones", "uniform": "RandomUniform", "normal": "RandomNormal", "zeros": "Zeros",
    "ones": "Ones", "constant": "Constant", "random_uniform": "RandomUniform", "random_normal": "RandomNormal",
    "truncated_normal": "TruncatedNormal", "identity": "Identity", "orthogonal": "Orthogonal",
    "glorot_normal": "GlorotNormal", "glorot_uniform": "GlorotUniform", "he_normal": "HeNormal",
    "he_uniform": "HeUniform", "lecun_normal": "LecunNormal", "lecun_uniform": "LecunUniform",
    "variance_scaling": "VarianceScaling",
}  # fmt: skip


@functools.cache
def initializer_class(release: Release, name: str) -> Any:
    """The class that a release has under `name`, or under what it is an alias of."""
    modern = getattr(today, ALIASES.get(name, name))
    is_random = isinstance(modern, type) and issubclass(modern, RandomInitializer)
    if not is_random or release.formulas in ("tf2", "keras3"):
        return modern
    cls: Any = type(modern.__name__, (Redrawn, modern), {"__module__": __name__, "__doc__": modern.__doc__})
    MODULES[cls] = "keras.initializers"
    return cls
