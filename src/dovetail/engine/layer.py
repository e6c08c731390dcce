"""Layer: variables, `build` and `call`."""

import functools
import inspect
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from .configs import get, keeping_objects, like, revive, to_config
from .context import StatelessScope, current, entered, structure_changed
from .dtypes import DTypePolicy, DTypePolicyMap, get_policy, is_float, narrowed, standardize_dtype
from .errors import DovetailError, StateError, did_you_mean, format_shape
from .input_spec import check_input_spec
from .masks import get_mask, set_mask
from .operation import Operation, open_shape, trace
from .remat import call_of
from .tensor import KerasTensor, Spec, standardize_shape
from .traces import kept_or_traced
from .variable import Stateful, Variable

# Attributes that the search for variables and sublayers leaves out.
NOT_STATE = {"_inbound_nodes", "_constructor_arguments", "_losses", "_programs", "_compiled_with"}


class Layer(Operation):
    """A function with variables.

    A subclass defines `call` (in plain `jax.numpy`, reading variables as `.value`), and `build(input_shape)` where it
    has weights whose shapes depend on the input's. Output shapes come from tracing `call`, the configuration from the
    constructor's arguments.

    Args:
        activity_regularizer: function of the output, added to the loss.
        trainable: whether optimizers change its weights.
        dtype: a dtype or dtype policy; None is the global policy.
        autocast: whether float inputs are cast to the dtype that the layer computes in.
        name: of the layer, unique in a model; None makes one from the class.
    """

    def __init__(
        self,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(name=name)
        # the input's shape may be given with the first layer of a Sequential, as in Keras 1 and 2
        self._input_shape_arg = None
        if kwargs.get("input_shape") is not None:
            shape = kwargs.pop("input_shape")
            self._input_shape_arg = tuple(shape) if isinstance(shape, (tuple, list)) else (shape,)
        if kwargs.get("input_dim") is not None and "input_dim" not in inspect.signature(type(self)).parameters:
            self._input_shape_arg = (kwargs.pop("input_dim"),)
        if kwargs:
            known = [p for p in _constructor_names(type(self)) if p != "self"]
            wrong = next(iter(kwargs))
            raise TypeError(
                f"{type(self).__name__} {self.name!r} has no argument {wrong!r}{did_you_mean(wrong, known)}"
            )
        self.activity_regularizer = activity_regularizer and get("regularizer", activity_regularizer)
        self.dtype_policy = get_policy(dtype)
        self.autocast = autocast
        self.supports_masking = _is_default(type(self), "compute_mask") is False
        self.input_spec: Any = None
        self.built = False
        self._trainable = bool(trainable)
        self._weights: list[Variable] = []
        self._losses: list[Any] = []
        self._remat_mode = current().remat

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        if "build" in cls.__dict__:
            cls.build = _in_own_scope(cls.__dict__["build"])

    def __setattr__(self, name: str, value: Any) -> None:
        # a plain setting changed on a finished layer (`dropout.rate = 0.3`): programs compiled with it are stale
        if self.__dict__.get("built") and not name.startswith("_") and current().scope is None:
            old = self.__dict__.get(name)
            if isinstance(value, (bool, int, float, str, type(None))) and old is not value and old != value:
                structure_changed()
        object.__setattr__(self, name, value)

    # -- what a subclass writes

    def build(self, input_shape: Any) -> None:
        """Create the weights for inputs of this shape."""

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """The output's mask, given the input's; the same one unless overridden."""
        return previous_mask

    def compute_output_shape(self, *input_shapes: Any, **named_shapes: Any) -> Any:
        """The shape of the output for an input of this shape (None for an open axis), found by tracing."""
        layer = self if self.built else like(self)
        if list(named_shapes) == ["input_shape"]:  # as Keras calls the only one
            input_shapes, named_shapes = (named_shapes["input_shape"],), {}
        args, kwargs = _map_shapes(lambda shape: KerasTensor(shape, self.compute_dtype), (input_shapes, named_shapes))
        kwargs = {name.removesuffix("_shape"): value for name, value in kwargs.items()}
        outputs = layer.compute_output_spec(*args, **kwargs)
        return jax.tree.map(lambda tensor: tensor.shape, outputs)

    # -- calling

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if "_weights" not in self.__dict__:
            raise StateError(f"{type(self).__name__}.__init__ must call super().__init__() before anything else")
        leaves = jax.tree.leaves((args, kwargs))
        if any(isinstance(leaf, KerasTensor) for leaf in leaves):
            return self.symbolic_call(*args, **kwargs)
        args, kwargs = jax.tree.map(_as_array, (args, kwargs))
        masks = None
        if any(get_mask(leaf) is not None for leaf in leaves):
            masks = jax.tree.map(get_mask, (args, kwargs))
        if current().scope is None:
            self._clear_losses()
        outputs, output_masks = self.run(args, kwargs, masks)
        for output, mask in zip(jax.tree.leaves(outputs), output_masks, strict=False):
            if mask is not None:
                set_mask(output, mask)
        return outputs

    def run(self, args: tuple, kwargs: dict, masks: tuple[tuple, dict] | None = None) -> tuple[Any, list]:
        """Call on arrays whose masks are given apart; returns the outputs and a flat list of their masks."""
        context = current()
        if "_path" not in self.__dict__:
            self._path = "/".join((*context.path, self.name))
        if "training" in kwargs and not _takes_training(type(self)):  # for the layers inside
            kwargs = dict(kwargs)
            context = context._replace(training=kwargs.pop("training"))
        compute_dtype = self.compute_dtype
        if self.autocast:
            args, kwargs = jax.tree.map(functools.partial(_cast_float, dtype=compute_dtype), (args, kwargs))
        try:
            if self.input_spec is not None and args:
                check_input_spec(self, self.input_spec, args[0], open_shape)
            self._build_for(args, kwargs)
            bound = self._bind(args, kwargs)
            names = _call_names(type(self))
            training = bound.get("training")
            if training is None:
                training = context.training
            extra = self._masks_wanted(bound, masks)
            if "training" in names and "training" not in list(names)[: len(args)]:
                extra["training"] = names["training"] if training is None else training
            with entered(
                training=training,
                compute_dtype=compute_dtype if compute_dtype != self.variable_dtype else None,
                path=(*context.path, self.name),
                layer=self,
            ):
                outputs, output_masks = self._call_with_masks(args, kwargs | extra, masks)
        except Exception as error:
            _say_where(error, self, args)
            raise
        if self.activity_regularizer is not None:
            for output in jax.tree.leaves(outputs):
                self.add_loss(self._activity_loss(self.activity_regularizer(output), output))
        return outputs, output_masks

    def _activity_loss(self, penalty: Any, output: Any) -> Any:
        """The penalty of an output as a mean over the samples: the same strength whatever the batch size."""
        return penalty / output.shape[0] if output.ndim else penalty

    def _call_with_masks(self, args: tuple, kwargs: dict, masks: Any) -> tuple[Any, list]:
        outputs = self.call(*args, **kwargs) if self._remat_mode is None else call_of(self, args, kwargs)
        count = len(jax.tree.leaves(outputs))
        previous = masks and (masks[0][0] if masks[0] else next(iter(masks[1].values()), None))
        has_mask = bool(jax.tree.leaves(masks))
        if not self.supports_masking:
            if has_mask and not any(name.endswith("mask") for name in _call_names(type(self))):
                warnings.warn(
                    f"{type(self).__name__} {self.name!r} does not support masks: the mask of its input ends here.",
                    stacklevel=6,
                )
            return outputs, [None] * count
        if not has_mask and _is_default(type(self), "compute_mask"):
            return outputs, [None] * count
        inputs = args[0] if args else next(iter(kwargs.values()))
        output_masks = jax.tree.leaves(self.compute_mask(inputs, previous), is_leaf=lambda x: x is None)
        if len(output_masks) != count:
            output_masks = (output_masks * count)[:count]
        return outputs, output_masks

    def _masks_wanted(self, bound: dict[str, Any], masks: Any) -> dict[str, Any]:
        """Masks of the inputs for the parameters of `call` that take them: `mask`, or `<argument>_mask`."""
        if masks is None:
            return {}
        names = _call_names(type(self))
        bound_masks = self._bind(*masks)
        tensors = [name for name, value in bound.items() if _has_tensor(value) and not name.endswith("mask")]
        wanted = {}
        for name in tensors:
            parameter = f"{name}_mask"
            if parameter not in names and name == tensors[0]:  # the mask of the first argument is *the* mask
                parameter = "mask"
            if parameter in names and bound.get(parameter) is None:
                found = bound_masks.get(name)
                if any(mask is not None for mask in jax.tree.leaves(found)):
                    wanted[parameter] = found
        return wanted

    def _bind(self, args: tuple, kwargs: dict) -> dict[str, Any]:
        names = _call_names(type(self))
        if names and len(args) <= len(names):
            return dict(zip(names, args, strict=False)) | kwargs
        return _bind_fully(type(self), args, kwargs)

    def _traced_specs(self, args: tuple, kwargs: dict) -> tuple[Any, list | None]:
        try:
            self._build_for(args, kwargs)
        except Exception as error:
            _say_where(error, self, args)
            raise
        if not _is_default(type(self), "compute_output_shape"):
            shapes = self._input_shapes(args, kwargs)
            shape = self.compute_output_shape(*shapes.values())
            return _map_shapes(lambda x: Spec(standardize_shape(x), self.compute_dtype), shape), None
        masks = jax.tree.map(lambda x: x.mask_spec if isinstance(x, KerasTensor) else None, (args, kwargs))

        def run(args: tuple, kwargs: dict, masks: Any) -> Any:
            return self.run(args, kwargs, masks)

        if not jax.tree.leaves(masks):
            masks = None
        return kept_or_traced(self, args, kwargs, lambda: trace(run, (args, kwargs, masks), {}))

    # -- building

    def _build_for(self, args: tuple, kwargs: dict) -> None:
        if self.built:
            return
        shapes = self._input_shapes(args, kwargs)
        if getattr(type(self).build, "is_default", False):
            self.built = True
            named = {f"{name}_shape": shape for name, shape in shapes.items()} if len(shapes) > 1 else {}
            self._build_shapes = ((), named) if named else (tuple(shapes.values()), {})
            self._finish_build()
            return
        parameters = list(inspect.signature(type(self).build).parameters.values())[1:]
        by_name = {f"{name}_shape": shape for name, shape in shapes.items()}
        needed = [p.name for p in parameters if p.default is p.empty]
        if len(parameters) > 1 and needed and all(name in by_name for name in needed):
            self.build(**{p.name: by_name[p.name] for p in parameters if p.name in by_name})
        elif shapes:
            self.build(next(iter(shapes.values())))

    def _input_shapes(self, args: tuple, kwargs: dict) -> dict[str, Any]:
        """The shapes of the tensor arguments by name, nested as they are."""
        bound = self._bind(args, kwargs)
        return {
            name: jax.tree.map(lambda x: tuple(x.shape), value)
            for name, value in bound.items()
            if _has_tensor(value) and not name.endswith("mask")
        }

    def get_build_config(self) -> dict[str, Any] | None:
        """The shapes that the layer was built for, None where it needs none."""
        args, kwargs = self.__dict__.get("_build_shapes", ((), {}))
        if kwargs:
            return {"shapes_dict": to_config(kwargs)}
        return {"input_shape": to_config(args[0])} if args else None

    def build_from_config(self, config: dict[str, Any]) -> None:
        """Build for the shapes that `get_build_config` gave."""
        if self.built or not config:
            return
        shapes = _as_shape(config.get("shapes_dict") or config.get("input_shape"))
        if shapes is None:
            return
        if not getattr(type(self).build, "is_default", False):
            self.build(**shapes) if "shapes_dict" in config else self.build(shapes)
        else:  # its layers are built where it calls them
            tensors = _map_shapes(lambda shape: KerasTensor(shape, self.compute_dtype), shapes)
            if "shapes_dict" in config:
                self.compute_output_spec(**{name.removesuffix("_shape"): x for name, x in tensors.items()})
            else:
                self.compute_output_spec(tensors)

    def add_weight(
        self,
        shape: Any = None,
        initializer: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
        aggregation: str = "none",
        overwrite_with_gradient: bool = False,
        name: str | None = None,
    ) -> Variable:
        """Create a variable of this layer.

        Args:
            shape: of the variable; () when None.
            initializer: a name, function of (shape, dtype), or None: Glorot uniform for floats, zeros otherwise.
            dtype: None is the layer's variable dtype.
        """
        if isinstance(shape, int):
            shape = (shape,)
        dtype = standardize_dtype(dtype or self.variable_dtype)
        if initializer is None:
            initializer = "glorot_uniform" if is_float(dtype) else "zeros"
        variable = Variable(
            get("initializer", initializer),
            shape=tuple(shape or ()),
            dtype=dtype,
            trainable=trainable,
            autocast=autocast,
            aggregation=aggregation,
            name=name,
            regularizer=get("regularizer", regularizer),
            constraint=get("constraint", constraint),
        )
        variable.overwrite_with_gradient = overwrite_with_gradient  # type: ignore[attr-defined]
        self._weights.append(variable)
        return variable

    add_variable = add_weight

    # -- state

    def _owned(self) -> Iterator[Any]:
        """Variables, stateful objects and layers in the attributes, in order, each once."""
        seen: set[int] = set()
        stack = [value for key, value in reversed(self.__dict__.items()) if key not in NOT_STATE]
        while stack:
            value = stack.pop()
            if isinstance(value, dict):
                stack.extend(reversed(value.values()))
            elif isinstance(value, (list, tuple)):
                stack.extend(reversed(value))
            elif isinstance(value, (Stateful, Layer)) and id(value) not in seen:
                seen.add(id(value))
                yield value

    def _sublayers(self) -> list["Layer"]:
        return [owned for owned in self._owned() if isinstance(owned, Layer)]

    def _flatten_layers(self, include_self: bool = True, recursive: bool = True) -> list["Layer"]:
        """This layer and all layers inside it, each once."""
        found: dict[int, Layer] = {id(self): self}
        stack = list(reversed(self._sublayers()))
        while stack:
            layer = stack.pop()
            if id(layer) not in found:
                found[id(layer)] = layer
                if recursive:
                    stack.extend(reversed(layer._sublayers()))
        return list(found.values())[0 if include_self else 1 :]

    def _collect(self, choose: Callable[[Any], bool]) -> list[Variable]:
        """Own parameters, own other weights, what `choose` admits of stateful objects, then the sublayers'."""
        variables: dict[int, Variable] = {}
        for layer in self._flatten_layers():
            owned = [item for item in layer._owned() if isinstance(item, Stateful)]
            own = [item for item in owned if isinstance(item, Variable)]
            others = [v for item in owned if not isinstance(item, Variable) and choose(item) for v in item.variables]
            own.sort(key=lambda variable: not variable.is_parameter)
            variables.update((id(variable), variable) for variable in (*own, *others))
        return list(variables.values())

    @property
    def variables(self) -> list[Variable]:
        """All variables, states of random generators and metrics included."""
        return self._collect(lambda _: True)

    @property
    def weights(self) -> list[Variable]:
        """All variables of this layer and its sublayers, without random states and metrics."""
        return self._collect(lambda _: False)

    @property
    def trainable_variables(self) -> list[Variable]:
        return [v for v in self.weights if v.trainable] if self.trainable else []

    trainable_weights = trainable_variables

    @property
    def non_trainable_variables(self) -> list[Variable]:
        return [v for v in self.variables if not (v.trainable and self.trainable)]

    @property
    def non_trainable_weights(self) -> list[Variable]:
        return [v for v in self.weights if not (v.trainable and self.trainable)]

    @property
    def trainable(self) -> bool:
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        for layer in self._flatten_layers():
            layer._trainable = bool(value)
            for variable in layer._owned():
                if isinstance(variable, Variable) and variable.is_parameter:
                    variable.trainable = bool(value) and not variable.stays_frozen
        structure_changed()

    def _finish_build(self) -> None:
        if not self._trainable:
            self.trainable = False

    @property
    def metrics(self) -> list[Any]:
        """The metrics that this layer and its sublayers have as attributes."""
        owned = (item for layer in self._flatten_layers() for item in layer._owned())
        return [item for item in owned if isinstance(item, Stateful) and hasattr(item, "update_state")]

    @property
    def metrics_variables(self) -> list[Variable]:
        return [variable for metric in self.metrics for variable in metric.variables]

    def get_weights(self) -> list[np.ndarray]:
        return [np.asarray(variable.value) for variable in self.weights]

    def set_weights(self, weights: Any) -> None:
        """Assign arrays to `weights`, in their order.

        Raises:
            ValueError: the number of arrays or a shape differs; nothing is assigned then.
        """
        variables, weights = self.weights, list(weights)
        if len(weights) != len(variables):
            raise StateError(
                f"{self.name!r} has {len(variables)} weights, {len(weights)} arrays were given"
                + ("" if self.built else "; it is not built yet: call it on data first")
            )
        for variable, array in zip(variables, weights, strict=True):
            if variable.shape != np.shape(array):
                raise StateError(
                    f"weight {variable.path!r} has the shape {variable.shape}, the array given for it {np.shape(array)}"
                )
        for variable, array in zip(variables, weights, strict=True):
            variable.assign(array)

    def _own_variables(self) -> list[Variable]:
        """The variables without the sublayers', parameters first."""
        own = [item for item in self._owned() if isinstance(item, Variable)]
        return sorted(own, key=lambda variable: not variable.is_parameter)

    def save_own_variables(self, store: Any) -> None:
        """Put the layer's own variables into a file: `store["0"] = array`. Sublayers write their own."""
        for index, variable in enumerate(self._own_variables()):
            store[str(index)] = variable._value

    def load_own_variables(self, store: Any) -> None:
        """Read back what `save_own_variables` put into a file.

        Raises:
            StateError: the number of arrays or a shape differs; nothing is assigned then.
        """
        own = self._own_variables()
        if len(store) != len(own):
            raise StateError(f"{self.name!r} has {len(own)} own variables, {len(store)} are stored")
        arrays = [np.asarray(store[str(index)]) for index in range(len(own))]
        for variable, array in zip(own, arrays, strict=True):
            if variable.shape != array.shape:
                raise StateError(f"{variable.path!r} has the shape {variable.shape}, the stored array {array.shape}")
        for variable, array in zip(own, arrays, strict=True):
            variable.assign(array)
        self._finish_loading()

    def _finish_loading(self) -> None:
        """What is left to do when the layer's own variables were read from a file."""

    def count_params(self) -> int:
        """The number of numbers in the weights."""
        if not self.built:
            raise StateError(f"{self.name!r} has no weights to count yet: build it, or call it on data first")
        return sum(int(np.prod(variable.shape)) for variable in self.weights)

    def stateless_call(
        self,
        trainable_variables: Any,
        non_trainable_variables: Any,
        *args: Any,
        return_losses: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Call with these values in place of the variables' own: a pure function, for `jax.jit`, `grad` and `vmap`.

        Returns:
            (outputs, new values of `non_trainable_variables`), and the list of losses with `return_losses`.
        """
        if not self.built:
            raise StateError(f"{self.name!r} is not built yet: call it on data before `stateless_call`")
        others = self.non_trainable_variables
        mapping = [*_paired(self, "trainable", self.trainable_variables, trainable_variables)]
        mapping += _paired(self, "non_trainable", others, non_trainable_variables)
        with StatelessScope(mapping, collect_losses=True) as scope:
            outputs = self(*args, **kwargs)
            losses = [*scope.losses, *self._regularization_losses()] if return_losses else []
            new = [scope.get_current_value(variable) for variable in others]
        return (outputs, new, losses) if return_losses else (outputs, new)

    def __reduce__(self) -> Any:
        """Copies and pickles are made as files are: from the configuration, then all values, random states included."""
        with keeping_objects():
            config = to_config(self)
        return _copied, (config, self._all_values())

    def _all_values(self) -> list[np.ndarray]:
        return [np.asarray(variable._value) for variable in self.variables]

    # -- losses

    def add_loss(self, loss: Any) -> None:
        """Add a scalar, or each of a list, to the loss of the model that holds this layer; within `call`.

        Raises:
            StateError: a loss is a symbolic tensor, outside of `call`.
        """
        if any(isinstance(leaf, KerasTensor) for leaf in jax.tree.leaves(loss)):
            raise StateError(
                f"`add_loss` of {self.name!r} takes values, within `call`, and was given a symbolic tensor. Put the "
                "call of `add_loss` into a layer of your own, and draw that layer into the graph"
            )
        scope = current().scope
        if scope is None:
            self._losses.extend(jax.tree.leaves(loss))
        elif scope.collect_losses:
            scope.losses.extend(jax.tree.leaves(loss))

    @property
    def losses(self) -> list[Any]:
        """Losses added in the last call, and those of the weights' regularizers."""
        scope = current().scope
        if scope is not None and scope.collect_losses:
            added = list(scope.losses)
        else:
            added = [loss for layer in self._flatten_layers() for loss in layer._losses]
        return added + self._regularization_losses()

    def _regularization_losses(self) -> list[Any]:
        return [v.regularizer(v.value) for v in self.trainable_variables if v.regularizer is not None]

    def _clear_losses(self) -> None:
        for layer in self._flatten_layers():
            if layer._losses:
                layer._losses = []

    # -- what Keras has and this library does not

    def add_metric(self, *args: Any, **kwargs: Any) -> None:
        """As in Keras 3, an error: a metric is an attribute of the layer, which `call` updates."""
        raise NotImplementedError(
            f"`add_metric` of {self.name!r} is gone since Keras 3: make the metric in `__init__`, "
            "`self.metric = Mean()`, and call `self.metric.update_state(...)` in `call`"
        )

    def quantize(self, mode: Any = None, type_check: bool = True, config: Any = None) -> None:
        """Raise NotImplementedError: weights of 8 bits and fewer are not there yet."""
        raise NotImplementedError(
            f"{self.name!r} cannot be quantized: that is not there yet. The policies 'bfloat16' and 'mixed_bfloat16' "
            "save memory and time too"
        )

    def quantized_build(self, input_shape: Any, mode: Any) -> None:
        """As `quantize`."""
        self.quantize(mode)

    def quantized_call(self, *args: Any, **kwargs: Any) -> Any:
        """As `quantize`."""
        self.quantize()

    # -- the rest

    def _own_policy(self) -> DTypePolicy:
        policy = self.dtype_policy
        return policy[self.path] if isinstance(policy, DTypePolicyMap) else policy

    @property
    def dtype(self) -> str:
        return self._own_policy().variable_dtype

    variable_dtype = dtype

    @property
    def compute_dtype(self) -> str:
        return self._own_policy().compute_dtype

    input_dtype = compute_dtype

    @property
    def quantization_mode(self) -> str | None:
        """Always None: no layer is quantized yet."""
        return self._own_policy().quantization_mode

    @property
    def path(self) -> str:
        """The names of the scopes and layers that it was first built or called in, and its own."""
        return self.__dict__.get("_path") or "/".join((*current().path, self.name))

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        if "dtype" in config:
            policy = self.dtype_policy
            config["dtype"] = to_config(policy) if isinstance(policy, DTypePolicyMap) else policy.name
        if config.get("autocast") is True or "autocast" not in self._constructor_arguments[1]:
            config.pop("autocast", None)
        if config.get("activity_regularizer", "") is None:
            del config["activity_regularizer"]
        return config

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"


Layer.build.is_default = True  # type: ignore[attr-defined]


def _copied(config: dict[str, Any], values: list[np.ndarray]) -> Layer:
    with entered(without_values=True):
        layer = revive(config)
    for variable, value in zip(layer.variables, values, strict=True):
        variable.assign(value)
    return layer


def _in_own_scope(build: Callable[..., Any]) -> Callable[..., Any]:
    """`build`, run once inside the layer's name, and marking it as built."""

    @functools.wraps(build)
    def wrapped(self: Layer, *args: Any, **kwargs: Any) -> None:
        path = current().path
        if self.__dict__.get("_is_building"):  # a subclass's build calling its base's
            return build(self, *args, **kwargs)
        object.__setattr__(self, "_is_building", True)
        try:
            path = path if path[-1:] == (self.name,) else (*path, self.name)
            self.__dict__.setdefault("_path", "/".join(path))
            with entered(path=path, compute_dtype=None):
                build(self, *args, **kwargs)
            object.__setattr__(self, "_build_shapes", (args, kwargs))
        finally:
            object.__delattr__(self, "_is_building")
        self.built = True
        structure_changed()
        self._finish_build()
        return None

    return wrapped


@functools.cache
def _call_names(cls: type) -> dict[str, Any]:
    """The parameters of `call` with their defaults; those of a `*args` or `**kwargs` are unknown and left out."""
    parameters = list(inspect.signature(cls.call).parameters.values())[1:]
    return {
        p.name: None if p.default is p.empty else p.default
        for p in parameters
        if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
    }


@functools.cache
def _takes_training(cls: type) -> bool:
    parameters = inspect.signature(cls.call).parameters.values()
    return any(p.name == "training" or p.kind == p.VAR_KEYWORD for p in parameters)


def _bind_fully(cls: type, args: tuple, kwargs: dict) -> dict[str, Any]:
    bound = inspect.signature(cls.call).bind_partial(None, *args, **kwargs).arguments
    flat: dict[str, Any] = {}
    for name, value in list(bound.items())[1:]:
        flat.update(value if isinstance(value, dict) and name == "kwargs" else {name: value})
    return flat


def _constructor_names(cls: type) -> list[str]:
    return [n for c in cls.__mro__ if "__init__" in c.__dict__ and c is not object
            for n in inspect.signature(c.__init__).parameters]  # fmt: skip


def _is_default(cls: type, method: str) -> bool:
    return getattr(cls, method) is getattr(Layer, method)


def _as_shape(value: Any) -> Any:
    return _map_shapes(tuple, value)


def _has_tensor(value: Any) -> bool:
    return any(hasattr(leaf, "shape") and hasattr(leaf, "dtype") for leaf in jax.tree.leaves(value))


def _as_array(x: Any) -> Any:
    if isinstance(x, np.ndarray) and x.dtype != object:
        return jnp.asarray(narrowed(x, "an input"), standardize_dtype(None) if x.dtype == np.float64 else None)
    return x.value if isinstance(x, Variable) else x


def _cast_float(x: Any, dtype: str) -> Any:
    if isinstance(x, (jax.Array, np.ndarray)) and is_float(x.dtype) and x.dtype != dtype:
        return jnp.asarray(x, dtype)
    return x


def _paired(layer: Layer, kind: str, variables: list[Variable], values: Any) -> Iterator[tuple[Variable, Any]]:
    values = list(values)
    if len(values) != len(variables):
        raise StateError(
            f"{layer.name!r} has {len(variables)} {kind}_variables, stateless_call was given {len(values)}"
        )
    return zip(variables, (v.value if isinstance(v, Variable) else v for v in values), strict=True)


def _map_shapes(function: Callable[[Any], Any], tree: Any) -> Any:
    """`function` of every shape (a tuple or list of sizes) in a nested structure of shapes."""
    if isinstance(tree, (tuple, list)) and tree and all(x is None or isinstance(x, int) for x in tree):
        return function(tuple(tree))
    if isinstance(tree, dict):
        return {key: _map_shapes(function, value) for key, value in tree.items()}
    if isinstance(tree, (tuple, list)):
        return type(tree)(_map_shapes(function, item) for item in tree)
    return tree


def _say_where(error: Exception, layer: Layer, args: tuple) -> None:
    """Add the layer and its input's shapes to an error, once, unless it already tells."""
    if not isinstance(error, DovetailError) and not hasattr(error, "_says_where"):
        error._says_where = True  # type: ignore[attr-defined]
        shapes = [format_shape(open_shape(leaf)) for leaf in jax.tree.leaves(args) if hasattr(leaf, "shape")]
        called_on = ", ".join(shapes) or "no tensors"
        error.add_note(f"in {type(layer).__name__} {layer.name!r}, called on {called_on}")
