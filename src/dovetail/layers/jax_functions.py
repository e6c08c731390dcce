"""Models of plain JAX, and of Flax, as layers."""

import inspect
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..engine.configs import revive
from ..engine.dtypes import is_float
from ..engine.errors import StateError
from ..engine.extras import needed
from ..engine.layer import Layer
from ..engine.randomness import SeedGenerator, draw_key, make_seed
from ..engine.variable import Variable
from .arguments import describe


class JaxLayer(Layer):
    """A function of JAX as a layer: `call_fn(params, state, rng, inputs, training)`, its arguments found by name.

    Args:
        call_fn: takes `inputs` (an array, or nested), and what it needs of `params` (trained), `state` (changed by
            the call), `rng` (a key of `jax.random`; None outside training) and `training`. Gives the outputs; with
            `state` a pair of outputs and new state.
        init_fn: from `inputs` (ones of the inputs' shapes, open axes of size 1), and what it needs of `rng` and
            `training` (True), to `params`; with `state` in `call_fn` to a pair of `params` and `state`.
        params, state: nested arrays to begin with, instead of `init_fn`.
        seed: of the keys.
        native_serialization_platforms: kept for Keras, without effect.

    Weights: each array of `params` and `state`; floats in the dtype of the layer.

    Raises:
        ValueError: a function lacks `inputs`, has another argument, or there is nothing to begin with.

    Example:
        >>> layer = JaxLayer(lambda params, inputs: inputs * params["scale"], params={"scale": jnp.array(2.0)})
        >>> layer(jnp.array([[3.0]]))
        Array([[6.]], dtype=float32)
    """

    not_in_config = ("params", "state")

    def __init__(
        self,
        call_fn: Any,
        init_fn: Any = None,
        params: Any = None,
        state: Any = None,
        seed: int | None = None,
        native_serialization_platforms: Any = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.call_fn, self.init_fn = revive(call_fn), revive(init_fn)
        self.native_serialization_platforms = native_serialization_platforms
        self.seed = seed
        self._call_names = self._names_of(self.call_fn, "call_fn", ("params", "state", "rng", "inputs", "training"))
        self._has_state = "state" in self._call_names
        self._has_weights = self._has_state or "params" in self._call_names
        if self.init_fn is not None:
            self._init_names = self._names_of(self.init_fn, "init_fn", ("rng", "inputs", "training"))
        elif params is None and state is None and self._has_weights:
            raise ValueError(
                f"{describe(self)} has weights, and nothing to begin with: give `init_fn`, or `params` and `state`"
            )
        self.seed_generator = SeedGenerator(seed) if "rng" in self._call_names else None
        self.params, self.state = params, state
        self._is_given = params is not None or state is not None
        if self._is_given:
            self.build(None)

    def _names_of(self, function: Callable[..., Any], what: str, known: tuple[str, ...]) -> list[str]:
        names = list(inspect.signature(function).parameters)
        wrong = [name for name in names if name not in known]
        if wrong or "inputs" not in names:
            problem = f"has the argument {wrong[0]!r}" if wrong else "lacks the argument `inputs`"
            raise ValueError(f"{describe(self)}: `{what}` {problem}; it takes `inputs`, and those it needs of "
                             f"{', '.join(name for name in known if name != 'inputs')}")  # fmt: skip
        return names

    def build(self, input_shape):
        params, state = self.params, self.state
        if not self._is_given and self._has_weights:
            with jax.ensure_compile_time_eval():  # values, although a graph is being drawn
                params, state = self._initial(input_shape)
        self.params = self._variables_of(params, "params", True)
        self.state = self._variables_of(state, "state", False)

    def _initial(self, input_shape: Any) -> tuple[Any, Any]:
        inputs = jax.tree.map(lambda shape: jnp.ones([size or 1 for size in shape]), input_shape, is_leaf=_is_shape)
        given = {"inputs": inputs, "training": True}
        if "rng" in self._init_names:
            given["rng"] = self._get_init_rng()
        found = self.init_fn(**{name: given[name] for name in self._init_names})
        return found if self._has_state else (found, None)

    def _variables_of(self, values: Any, kind: str, trainable: bool) -> Any:
        def made(path: Any, value: Any) -> Any:
            if not isinstance(value, (bool, int, float, np.ndarray, np.generic, jax.Array)):
                return value
            array = np.asarray(value)
            return self.add_weight(
                name=kind + "".join(f"_{_key(key)}" for key in path),
                shape=array.shape,
                initializer=lambda shape, dtype: array,
                dtype=None if is_float(array.dtype) else array.dtype,
                trainable=trainable,
            )

        return jax.tree_util.tree_map_with_path(made, values)

    def call(self, inputs, training=False):
        given = {"inputs": inputs, "training": training}
        for name in ("params", "state"):
            given[name] = jax.tree.map(lambda x: x.value if isinstance(x, Variable) else x, getattr(self, name))
        if self.seed_generator is not None:
            given["rng"] = self._get_call_rng(training)
        found = self.call_fn(**{name: given[name] for name in self._call_names})
        if not self._has_state:
            return found
        outputs, state = found
        if jax.tree.structure(state) != jax.tree.structure(self.state):
            new, old = jax.tree.structure(state), jax.tree.structure(self.state)
            raise StateError(f"{describe(self)}: the new state is {new}, it was {old}")
        for variable, value in zip(jax.tree.leaves(self.state), jax.tree.leaves(state), strict=True):
            variable.assign(value)
        return outputs

    # -- keys, for subclasses that need several or other ones

    def _get_init_seed(self) -> Any:
        return draw_key(make_seed())

    def _get_init_rng(self) -> Any:
        """What `init_fn` gets as `rng`."""
        return self._get_init_seed()

    def _get_call_seed(self) -> Any:
        assert self.seed_generator is not None
        return self.seed_generator.next()

    def _get_call_rng(self, training: bool) -> Any:
        """What `call_fn` gets as `rng`."""
        return self._get_call_seed() if training else None


class FlaxLayer(JaxLayer):
    """A module of `flax.linen` as a layer. Needs Flax: `pip install "dovetail[flax]"`.

    Args:
        module: of `flax.linen`. To be saved it needs a `get_config`, and its class to be registered.
        method: what is called: a method of the module, or a function of the module and `inputs`; None is `__call__`.
            It takes `inputs`, and `training` if it needs it.
        variables: as `module.init` gives them, to begin with; what is not in "params" is not trained.
    """

    not_in_config = ("variables", "call_fn", "init_fn", "params", "state", "native_serialization_platforms")

    def __init__(self, module: Any, method: Any = None, variables: Any = None, **kwargs: Any):
        linen = needed("flax.linen")
        self.module, self.method = revive(module), revive(method)
        if isinstance(self.method, str):  # from a configuration
            self.method = getattr(self.module, self.method)
        changed = linen.DenyList(["params"])

        def call(params: Any, state: Any, rng: Any, inputs: Any, **training: Any) -> Any:
            whole = {**(params or {}), **(state or {})}
            return self.module.apply(whole, inputs, rngs=rng, method=self.method, mutable=changed, **training)

        def begin(rng: Any, inputs: Any, **training: Any) -> Any:
            return _split(self.module.init(rng, inputs, method=self.method, **training))

        def call_in_training(params: Any, state: Any, rng: Any, inputs: Any, training: bool) -> Any:
            return call(params, state, rng, inputs, training=training)

        def begin_in_training(rng: Any, inputs: Any, training: bool) -> Any:
            return begin(rng, inputs, training=training)

        def call_plainly(params: Any, state: Any, rng: Any, inputs: Any) -> Any:
            return call(params, state, rng, inputs)

        def begin_plainly(rng: Any, inputs: Any) -> Any:
            return begin(rng, inputs)

        takes_training = "training" in inspect.signature(self.method or self.module.__call__).parameters
        functions = (call_in_training, begin_in_training) if takes_training else (call_plainly, begin_plainly)
        params, state = (None, None) if variables is None else _split(variables)
        super().__init__(*functions, params=params, state=state, **kwargs)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        if getattr(self.method, "__self__", None) is self.module:  # a method of the module, by its name
            config["method"] = self.method.__name__
        return config

    def _get_init_rng(self) -> Any:
        return {"params": self._get_init_seed(), "dropout": self._get_init_seed()}

    def _get_call_rng(self, training: bool) -> Any:
        return {"dropout": self._get_call_seed()} if training else {}


def _split(variables: Any) -> tuple[dict, dict]:
    """What is trained, and what is not."""
    state = {name: value for name, value in variables.items() if name != "params"}
    return ({"params": variables["params"]} if "params" in variables else {}), state


def _is_shape(x: Any) -> bool:
    return isinstance(x, tuple) and all(size is None or isinstance(size, int) for size in x)


def _key(entry: Any) -> str:
    return str(getattr(entry, "key", getattr(entry, "idx", getattr(entry, "name", entry)))).replace("/", "_")
