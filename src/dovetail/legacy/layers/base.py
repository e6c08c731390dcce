"""The base of layers in an old dialect: the classes of today, made and asked as they were then."""

import functools
import inspect
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ClassVar

import jax

from ...engine.configs import MODULES, constructor_values, is_builtin, snake_case, to_config
from ...engine.context import current
from ...engine.errors import DovetailError
from ...engine.input_spec import InputSpec
from ...engine.layer import Layer
from ...engine.naming import get_uid
from ...engine.operation import Operation, trace
from ...engine.tensor import KerasTensor, Spec
from ...engine.variable import Variable
from ...layers.input import Input
from ...layers.recurrent.rnn import RNN
from .. import changes
from ..arguments import Signatures, check_known, today
from ..backend.modes import in_call
from ..families import converted
from ..releases import Release

# what an old attribute is called today, where a layer has it
ATTRIBUTES = {
    "W": "kernel",
    "U": "recurrent_kernel",
    "b": "bias",
    **{old: new for old, new in changes.LAYER_ARGUMENTS.items() if old != "stride"},
}

# what Keras 1 called weights, where it had another name: `dense_1_W`
WEIGHT_NAMES = {
    "kernel": "W", "recurrent_kernel": "U", "bias": "b", "embeddings": "W", "alpha": "alphas",
    "moving_mean": "running_mean", "moving_variance": "running_std",
}  # fmt: skip


class MaskError(DovetailError, ValueError, TypeError):
    """A mask came to a layer that does not know what to do with one."""


# where the tables list layers
PACKAGES = ("keras.layers", "keras.engine", "keras.legacy")

# arguments that tell a first layer what its input is
OF_THE_INPUT = ("input_dim", "input_length", "input_shape", "batch_input_shape", "batch_size", "input_dtype")


_for_today: ContextVar[bool] = ContextVar("configurations are for files of today", default=False)


@contextmanager
def written_for_today() -> Iterator[None]:
    """Configurations made inside are as Keras 3 has them, without the shape of the input in a first layer."""
    token = _for_today.set(True)
    try:
        yield
    finally:
        _for_today.reset(token)


class OldLayer:
    """What layers of Keras 1 and 2 understand beyond those of today; mixed in before a class of today.

    A translated class has `signatures`: its constructor takes the arguments of any release. A class written by a user
    has `build`, `call`, `get_output_shape_for` or `compute_output_shape` as they were.
    """

    release: ClassVar[Release]
    signatures: ClassVar[Signatures]
    modern: ClassVar[type] = Layer
    is_model: ClassVar[bool] = False

    def __init__(self, *args: Any, **kwargs: Any):
        owner = _translated(type(self))
        arguments = translated(owner, args, kwargs) if owner else _of_base(type(self), args, kwargs)
        self._old_input = _take_input(type(self), arguments, owner)
        self._given_weights = arguments.pop("weights", None)
        name = arguments.pop("name", None) or self._automatic_name()
        super().__init__(name=name.replace("/", "|"), **arguments)  # type: ignore[call-arg]
        self.name = name  # `block/conv` was a name once
        if owner is type(self):
            object.__setattr__(self, "_constructor_arguments", ((), arguments | {"name": name}))

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        if "get_output_shape_for" in cls.__dict__ and "compute_output_shape" not in cls.__dict__:
            cls.compute_output_shape = _old_output_shape  # type: ignore[attr-defined]
        if "compute_mask" in cls.__dict__ and cls.release.refuses_masks:
            cls.compute_mask = _with_mask_of_each(cls.__dict__["compute_mask"])  # type: ignore[attr-defined]

    def _automatic_name(self) -> str | None:
        cls = type(self)
        if self.release.first_name == 0:
            return _unique(snake_case(cls.__name__))
        prefix = cls.__name__.lower() if self.release.dialect == 1 else snake_case(cls.__name__)
        return f"{prefix}_{get_uid(prefix)}"

    # -- weights

    def add_weight(self, *args: Any, **kwargs: Any) -> Variable:
        """As today's, with the arguments in the order of any release and initializers by any release's name."""
        order = ["name", "shape", "dtype", "initializer", "regularizer", "trainable", "constraint"]
        if args and not isinstance(args[0], str) and args[0] is not None:
            order = ["shape", "initializer", "name", "trainable", "regularizer", "constraint"]
        given = dict(zip(order, args, strict=False)) | kwargs
        for unused in (
            "use_resource",
            "synchronization",
            "partitioner",
            "collections",
            "getter",
            "experimental_autocast",
        ):
            given.pop(unused, None)
        for name in ("initializer", "regularizer", "constraint"):
            if name in given:
                given[name] = converted(self.release, name, given[name])
        if self.release.dialect == 1:
            if given.get("initializer") is None:
                given["initializer"] = converted(self.release, "initializer", "glorot_uniform")
            if _translated(type(self)) and given.get("name") and not given["name"].startswith(f"{self.name}_"):
                given["name"] = f"{self.name}_{WEIGHT_NAMES.get(given['name'], given['name'])}"
        return super().add_weight(**given)  # type: ignore[misc]

    def _finish_build(self) -> None:
        super()._finish_build()  # type: ignore[misc]
        self._note_input()
        given = self.__dict__.get("_given_weights")
        if given is not None:
            self._given_weights = None
            self.set_weights(given)  # type: ignore[attr-defined]

    def _note_input(self) -> None:
        """The shape that a layer was built for, in `input_spec`, where classes derived from it looked for it."""
        owner = _translated(type(self))
        if self.input_spec is None and owner not in (None, type(self)) and not self.release.is_tensorflow:
            shapes = self.__dict__.get("_build_shapes", ((), {}))[0]
            if shapes:
                several = isinstance(shapes[0], list)
                self.input_spec = [InputSpec(shape=shape) for shape in (shapes[0] if several else shapes[:1])]

    @property
    def trainable_weights(self) -> list[Variable]:
        return super().trainable_variables  # type: ignore[misc]

    @trainable_weights.setter
    def trainable_weights(self, weights: Iterable[Variable]) -> None:
        _mark(weights, True)
        self.__dict__.setdefault("_listed_weights", []).extend(weights)

    @property
    def non_trainable_weights(self) -> list[Variable]:
        return super().non_trainable_weights  # type: ignore[misc]

    @non_trainable_weights.setter
    def non_trainable_weights(self, weights: Iterable[Variable]) -> None:
        _mark(weights, False)
        self.__dict__.setdefault("_listed_weights", []).extend(weights)

    @property
    def _trainable_weights(self) -> "_Weights":
        return _Weights(self, True)

    @_trainable_weights.setter
    def _trainable_weights(self, weights: Iterable[Variable]) -> None:
        self.trainable_weights = weights

    @property
    def _non_trainable_weights(self) -> "_Weights":
        return _Weights(self, False)

    @_non_trainable_weights.setter
    def _non_trainable_weights(self, weights: Iterable[Variable]) -> None:
        self.non_trainable_weights = weights

    @property
    def params(self) -> list[Variable]:
        """The weights that are trained, as Keras 0.x called them."""
        return self.trainable_weights

    @params.setter
    def params(self, weights: list[Variable]) -> None:
        if weights:
            _mark([v for v in self.weights if all(v is not kept for kept in weights)], False)  # type: ignore[attr-defined]
        else:
            self.trainable = False

    @property
    def regularizers(self) -> list[Any]:
        """Regularizers that were told their weight with `set_param`, as in Keras 1.0; kept for reading."""
        return self.__dict__.setdefault("_old_regularizers", [])

    @regularizers.setter
    def regularizers(self, value: Any) -> None:
        object.__setattr__(self, "_old_regularizers", list(value))

    @property
    def constraints(self) -> dict[Variable, Any]:
        return {v: v.constraint for v in self.weights if v.constraint is not None}  # type: ignore[attr-defined]

    @constraints.setter
    def constraints(self, value: dict[Variable, Any]) -> None:
        for variable, constraint in value.items():
            variable.constraint = constraint

    @property
    def updates(self) -> list[Any]:
        return []

    @updates.setter
    def updates(self, updates: Any) -> None:
        """What is set in training is carried out, as with `add_update`; the library's own layers do it themselves."""
        self.add_update([update for update in updates or [] if isinstance(update, tuple)])

    @property
    def losses(self) -> list[Any]:
        return super().losses  # type: ignore[misc]

    @losses.setter
    def losses(self, losses: list[Any]) -> None:
        """The layer's own, and those of the layers that it has, which count by themselves."""
        known = {id(loss) for loss in self.losses}
        self.add_loss([loss for loss in losses if id(loss) not in known])

    def add_update(self, updates: Any, inputs: Any = None) -> None:
        """Carry out pairs of (variable, new value), in training."""
        if current().training:
            for update in updates if isinstance(updates, list) else [updates]:
                if isinstance(update, tuple) and len(update) == 2:
                    update[0].assign(update[1])

    add_updates = add_update  # as Keras 1.0 called it

    def get_updates_for(self, inputs: Any) -> list[Any]:
        return []

    def get_losses_for(self, inputs: Any) -> list[Any]:
        return list(self.losses)  # type: ignore[attr-defined]

    def add_loss(self, losses: Any, inputs: Any = None) -> None:
        super().add_loss(losses)  # type: ignore[misc]

    def _activity_loss(self, penalty: Any, output: Any) -> Any:
        """Keras as a library of its own added up the penalties of all samples; tf.keras averages."""
        averages = self.release.is_tensorflow or self.release.dialect == 3
        return super()._activity_loss(penalty, output) if averages else penalty  # type: ignore[misc]

    # -- shapes and tensors of the calls

    def get_output_shape_for(self, input_shape: Any) -> Any:
        """The output's shape for an input of this shape, batch axis included."""
        for cls in type(self).__mro__:  # past those that only call this function
            compute = cls.__dict__.get("compute_output_shape")
            if compute is not None and compute is not _old_output_shape:
                return compute(self, input_shape)
        raise AssertionError("every layer has compute_output_shape")

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """The output for these symbolic inputs; asked for inside a derived class's `call`, that of the library's."""
        owner = _translated(type(self))
        if owner is None or type(self).call is owner.call or not in_call():  # type: ignore[attr-defined]
            return super().compute_output_spec(*args, **kwargs)  # type: ignore[misc]
        specs = trace(functools.partial(owner.call, self), args, kwargs)
        return jax.tree.map(lambda spec: KerasTensor(*spec), specs, is_leaf=lambda x: isinstance(x, Spec))

    @property
    def input_shape(self) -> Any:
        """Of its calls, where all took the same; before, the shape that the constructor was given."""
        if not self._inbound_nodes and self._old_input is not None:  # type: ignore[attr-defined]
            return self._old_input["batch_shape"]
        return self._only_shape(self.get_input_shape_at) or _shapes(self.input)  # type: ignore[attr-defined]

    @property
    def output_shape(self) -> Any:
        """Of its calls, where all gave the same; before, what the constructor was given, for layers that are told."""
        if not self._inbound_nodes and "_given_output_shape" in self.__dict__:  # type: ignore[attr-defined]
            return self._given_output_shape
        return self._only_shape(self.get_output_shape_at) or _shapes(self.output)  # type: ignore[attr-defined]

    def _only_shape(self, shape_at: Callable[[int], Any]) -> Any:
        """The shape of several calls, None where they differ or there is one call, or none."""
        first, *more = [shape_at(index) for index in range(len(self._inbound_nodes))] or [None]  # type: ignore[attr-defined]
        return first if more and all(shape == first for shape in more) else None

    @output_shape.setter
    def output_shape(self, shape: Any) -> None:
        object.__setattr__(self, "_given_output_shape", shape)

    def get_input_at(self, node_index: int) -> Any:
        node = self._inbound_nodes[node_index]  # type: ignore[attr-defined]
        return node.inputs[0] if len(node.inputs) == 1 else list(node.inputs)

    def get_output_at(self, node_index: int) -> Any:
        return self._inbound_nodes[node_index].output_tree  # type: ignore[attr-defined]

    def get_input_shape_at(self, node_index: int) -> Any:
        return _shapes(self.get_input_at(node_index))

    def get_output_shape_at(self, node_index: int) -> Any:
        return _shapes(self.get_output_at(node_index))

    @property
    def inbound_nodes(self) -> list[Any]:
        return self._inbound_nodes  # type: ignore[attr-defined]

    def get_input(self, train: bool = False) -> Any:
        """What Keras 0.x called `input`."""
        return self.input  # type: ignore[attr-defined]

    def get_output(self, train: bool = False) -> Any:
        """What Keras 0.x called `output`."""
        return self.output  # type: ignore[attr-defined]

    def assert_input_compatibility(self, inputs: Any) -> None:
        """Checked where the layer is called."""

    # -- masks

    def _call_with_masks(self, args: tuple, kwargs: dict, masks: Any) -> tuple[Any, list]:
        if self._ignores(masks):
            masks = None
        several = bool(args) and isinstance(args[0], list) and self.release.refuses_masks and not self.is_model
        if several and kwargs.get("mask") is None and "mask" in inspect.signature(type(self).call).parameters:  # type: ignore[attr-defined]
            kwargs = kwargs | {"mask": [None] * len(args[0])}
        return super()._call_with_masks(args, kwargs, masks)  # type: ignore[misc]

    def _ignores(self, masks: Any) -> bool:
        """Whether the layer does not know what to do with masks. Until tf.keras that was an error; then, silence."""
        ignores = not self.supports_masking and type(self).compute_mask is Layer.compute_mask  # type: ignore[attr-defined]
        ignores = ignores and not self.is_model and bool(jax.tree.leaves(masks))
        if ignores and self.release.refuses_masks:
            self.refuse_mask()
        return ignores

    def refuse_mask(self) -> None:
        """Raise: a mask has come where none may."""
        raise MaskError(
            f"{type(self).__name__} {self.name!r} does not support masks, but its input has one (from Masking, or "
            "Embedding with mask_zero). Put a layer that uses the mask in between, such as LSTM, or take it away: "
            "Lambda(lambda x: x, mask=lambda inputs, mask: None)"
        )

    def _traced_specs(self, args: tuple, kwargs: dict) -> tuple[Any, list | None]:
        """A shape that a class declares is believed; its mask is still found by tracing."""
        specs, masks = super()._traced_specs(args, kwargs)  # type: ignore[misc]
        if masks is not None or len(args) != 1 or kwargs:
            return specs, masks
        given = jax.tree.map(lambda x: x.mask_spec if isinstance(x, KerasTensor) else None, args[0])
        given = None if not jax.tree.leaves(given) else given
        if not self._ignores(given) and self._has_own_mask:
            mask = trace(self.compute_mask, (args[0], given), {})  # type: ignore[attr-defined]
            masks = mask if isinstance(mask, list) else [mask]
        return specs, masks

    @property
    def _has_own_mask(self) -> bool:
        declares = type(self).compute_output_shape is not Layer.compute_output_shape  # type: ignore[attr-defined]
        return declares and self.supports_masking  # type: ignore[attr-defined]

    # -- the rest

    def get_config(self) -> dict[str, Any]:
        """Of the library's class that the layer derives from; a user's class adds its own."""
        if is_builtin(type(self)):
            is_old = self.release.dialect < 3 and not self.is_model and not _for_today.get()
            asked = self.__dict__.get("_old_input") if is_old else None
            told = {"batch_input_shape": asked["batch_shape"]} if asked else {}
            return told | super().get_config()  # type: ignore[misc]
        owner = _translated(type(self))
        names = ["name", "trainable"]
        if owner is not None:
            names += [p for p in inspect.signature(owner.modern.__init__).parameters if p not in ("self", "kwargs")]
        values = constructor_values(self)
        return {name: to_config(getattr(self, name, values.get(name))) for name in names}

    def __getattr__(self, name: str) -> Any:
        if name in ("input_length", "input_dim"):
            return self._declared_input(name)
        if name == "initial_weights":  # they are set when the layer is built
            return None
        own = getattr(type(self), name, None)
        if isinstance(own, property) and own.fget is not None:
            return own.fget(self)  # again, for its own words on what is missing
        new = ATTRIBUTES.get(name)
        if new is None or name.startswith("_") or new == name or new not in self.__dict__:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return self.__dict__[new]

    def _declared_input(self, name: str) -> int | None:
        """The number of steps, or of features, that the layer was told, or was built for."""
        own = self.__dict__.get("_old_input") or {}
        found = own.get(name) if isinstance(own, dict) else None
        nodes = self.__dict__.get("_inbound_nodes")
        if found is None and nodes:
            shape = tuple(nodes[0].inputs[0].shape)
            axis = 1 if name == "input_length" and len(shape) > 2 else len(shape) - 1
            found = shape[axis] if axis > 0 else None
        if found is None and not nodes:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return found


class _Weights(list):
    """The weights of a layer, one way; what is appended is marked."""

    def __init__(self, layer: Any, trainable: bool):
        super().__init__(v for v in layer.weights if v.trainable == trainable)
        self._layer, self._is_trainable = layer, trainable

    def extend(self, weights: Iterable[Variable]) -> None:
        weights = list(weights)
        super().extend(weights)
        if self._is_trainable:
            self._layer.trainable_weights = weights
        else:
            self._layer.non_trainable_weights = weights

    def append(self, weight: Variable) -> None:
        self.extend([weight])

    def __iadd__(self, weights: Iterable[Variable]) -> "_Weights":
        self.extend(weights)
        return self


def translated(owner: type, args: tuple, kwargs: dict[str, Any]) -> dict[str, Any]:
    """The arguments of an old constructor as those of the class of today."""
    name = owner.modern.__name__  # type: ignore[attr-defined]
    release = owner.release  # type: ignore[attr-defined]
    bound = owner.signatures.bind(args, kwargs)  # type: ignore[attr-defined]
    given = today(name, bound, owner.__name__, kwargs)
    accepted = _accepted(owner.modern)  # type: ignore[attr-defined]
    special = {*OF_THE_INPUT, "weights", "kwargs", "implementation"}
    check_known(owner, given, accepted | special)
    arguments = {key: value for key, value in _defaults(owner).items() if key in accepted} | given
    if "implementation" not in accepted:  # how a release computed, not what
        arguments.pop("implementation", None)
    forget = arguments.get("unit_forget_bias", True)
    if not isinstance(forget, bool):  # Keras 1 had an initializer here
        arguments["unit_forget_bias"] = forget in changes.ONES
        if forget not in changes.ONES:
            arguments.setdefault("bias_initializer", "zeros")
    return {key: converted(release, key, value) for key, value in arguments.items()}


@functools.cache
def _defaults(owner: type) -> dict[str, Any]:
    """The release's own defaults, under today's names."""
    release = owner.release  # type: ignore[attr-defined]
    defaults = dict(owner.signatures.defaults)  # type: ignore[attr-defined]
    for name in ("kwargs", "weights", "input_dim", "input_length"):
        defaults.pop(name, None)
    defaults = today(owner.modern.__name__, defaults, owner.__name__)  # type: ignore[attr-defined]
    if release.dialect == 2:
        facts = {"recurrent_activation": release.gate_activation, "reset_after": release.reset_after}
        keeps = owner.__name__.startswith(("CuDNN", "ConvLSTM"))
        defaults |= {} if keeps else {key: value for key, value in facts.items() if key in _accepted(owner.modern)}
    return defaults


@functools.cache
def _accepted(cls: type) -> set[str]:
    """The names that a constructor and those above it take."""
    names: set[str] = set()
    for base in cls.__mro__:
        if "__init__" in base.__dict__ and base is not object:
            parameters = inspect.signature(base.__init__).parameters
            names |= set(parameters)
            if not any(p.kind == p.VAR_KEYWORD for p in parameters.values()):
                break
    return names - {"self", "args", "kwargs"}


def _of_base(cls: type, args: tuple, kwargs: dict[str, Any]) -> dict[str, Any]:
    if args:
        raise TypeError(f"{cls.__name__}: Layer.__init__ takes keyword arguments only")
    given = dict(kwargs)
    special = {*OF_THE_INPUT, "weights"}
    given.pop("dynamic", None)
    modern = next(base for base in cls.__mro__ if not issubclass(base, OldLayer) and issubclass(base, Operation))
    check_known(cls, given, _accepted(modern) | special)
    return given


def _translated(cls: type) -> Any:
    """The translated class that `cls` is or derives from, unless one of the library's own constructors comes first."""
    for base in cls.__mro__:
        if "signatures" in base.__dict__:
            return base
        if base is OldLayer:
            return None
    return None


def _take_input(cls: type, arguments: dict[str, Any], owner: Any) -> dict[str, Any] | None:
    """What the first layer of a Sequential is told of its input, taken out of `arguments`."""
    own = _accepted(owner.modern) if owner is not None else set()
    dim = arguments.pop("input_dim", None) if "input_dim" not in own else None
    length = arguments.pop("input_length", None) if "input_length" not in own else None
    batch_size = arguments.pop("batch_size", None) if "batch_size" not in own else None
    shape = arguments.pop("input_shape", None)
    batch_shape = arguments.pop("batch_input_shape", None)
    input_dtype = arguments.pop("input_dtype", None)
    is_embedding = owner is not None and owner.modern.__name__ == "Embedding"
    if is_embedding and shape is None and batch_shape is None:
        shape = tuple(length) if isinstance(length, (list, tuple)) else (length,)
    elif shape is None and dim is not None:
        has_steps = length is not None or getattr(cls, "takes_steps", issubclass(cls, RNN))
        shape = (length, dim) if has_steps else (dim,)
    if batch_shape is None and shape is not None:
        batch_shape = (batch_size, *(shape if isinstance(shape, (tuple, list)) else (shape,)))
    if batch_shape is None:
        return None
    dtype = input_dtype or arguments.get("dtype") or ("int32" if is_embedding else None)
    return {"batch_shape": tuple(None if size is None else int(size) for size in batch_shape), "dtype": dtype}


def input_for(layer: Any) -> Any:
    """The symbolic input that a first layer asks for, None where it does not say."""
    wanted = layer.__dict__.get("_old_input")
    if wanted is None:
        return None
    name = f"{layer.name}_input"
    if layer.release.dialect == 1:
        prefix = f"{layer.name.rsplit('_', 1)[0] if layer.name.rsplit('_', 1)[-1].isdigit() else layer.name}_input"
        name = f"{prefix}_{get_uid(prefix)}"
    return Input(batch_shape=wanted["batch_shape"], dtype=wanted["dtype"], name=name.replace("/", "|"))


def _old_output_shape(self: Any, input_shape: Any) -> Any:
    return self.get_output_shape_for(input_shape)


def _with_mask_of_each(compute_mask: Callable[..., Any]) -> Callable[..., Any]:
    """`compute_mask` of a user's layer: of several inputs it is given a list of masks, also where there is none."""

    @functools.wraps(compute_mask)
    def compute(self: Any, inputs: Any, mask: Any = None) -> Any:
        mask = [None] * len(inputs) if mask is None and isinstance(inputs, list) else mask
        return compute_mask(self, inputs, mask)

    return compute


def _shapes(tensors: Any) -> Any:
    return jax.tree.map(lambda tensor: tensor.shape, tensors)


def _mark(weights: Iterable[Variable], trainable: bool) -> None:
    for variable in weights:
        variable.trainable = variable.is_parameter = trainable


def _unique(prefix: str) -> str:
    count = get_uid(prefix)
    return f"{prefix}_{count - 1}" if count > 1 else prefix


def layer_base(release: Release) -> type:
    """The class `Layer` of a release."""
    return _made("Layer", (OldLayer, Layer), {"release": release})


def translate(name: str, modern: type, bases: tuple[type, ...], release: Release) -> type:
    """The class `name` of a release: `modern` behind the constructors of all releases."""
    members = {"release": release, "modern": modern, "signatures": Signatures(name, modern, release, *PACKAGES)}
    cls = _made(name, (*bases, modern), members)
    public = next((base for base in modern.__mro__ if base in MODULES), None)
    if public is not None:
        MODULES[cls] = MODULES[public]
    return cls


def _made(name: str, bases: tuple[type, ...], members: dict[str, Any]) -> type:
    return type(name, bases, {"__module__": __name__, "__doc__": bases[-1].__doc__, **members})
