"""Model: a layer with a training loop; functional when made from symbolic inputs and outputs."""

import inspect
import json
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..engine.configs import keeping_objects, revive, to_config
from ..engine.context import current, entered
from ..engine.errors import ShapeError, StateError, format_shape, unknown_name
from ..engine.graph import Graph
from ..engine.layer import Layer
from ..engine.masks import get_mask, set_mask
from ..engine.operation import Operation
from ..engine.programs import Programs
from ..engine.pure import pure, write
from ..engine.registry import CustomObjectScope
from ..engine.tensor import KerasTensor, Spec, any_symbolic
from ..engine.texts import is_written_out, texts
from ..engine.variable import Stateful
from ..ops.kernels.options import compile_jit
from ..saving.archive import load_weights_from, save_model, save_weights
from ..training.binding import BindingError, bind
from ..training.data import bind_inputs
from ..training.trainer import Trainer
from .front import Front, Prepared, front_of, is_prepared
from .graph_config import draw, graph_config
from .state_tree import get_state_tree, set_state_tree
from .summary import summary


class Model(Trainer, Layer):
    """A layer with `compile`, `fit`, `evaluate` and `predict`.

    Made from symbolic tensors, `Model(inputs, outputs)`, or by subclassing with a `call` of one's own.

    Args:
        inputs: KerasTensors from `Input`: one, or a list, tuple or dictionary of them.
        outputs: KerasTensors that depend on the inputs, nested in any way.
        name: of the model.

    Raises:
        GraphError: the outputs need an input that is not given.

    Example:
        >>> import dovetail
        >>> x = dovetail.Input((4,))
        >>> dovetail.Model(x, dovetail.layers.Dense(3)(x)).output_shape
        (None, 3)
    """

    _graph: Graph | None = None
    _front: Front | None = None
    not_in_config = ("inputs", "outputs")

    def __new__(cls, *args: Any, **kwargs: Any):
        if cls is Model and (len(args) >= 2 or {"inputs", "outputs"} & set(kwargs)):
            return super().__new__(Functional, *args, **kwargs)  # type: ignore[arg-type]
        return super().__new__(cls, *args, **kwargs)

    def __init__(self, inputs: Any = None, outputs: Any = None, name: str | None = None, **kwargs: Any):
        super().__init__(name=name, **kwargs)
        self._programs = Programs(self)
        if (inputs is None) != (outputs is None):
            raise StateError("a functional model needs both `inputs` and `outputs`")
        if inputs is not None:
            self._set_graph(Graph(inputs, outputs))

    def _set_graph(self, graph: Graph) -> None:
        layers = [operation for operation in graph.operations if isinstance(operation, Layer)]
        _check_names(layers)
        self._graph, self.operations = graph, list(graph.operations)
        self._front = front_of(graph)
        arguments = [leaf for node in graph.nodes for leaf in jax.tree.leaves((node.args, node.kwargs))]
        self._argument_state = [
            leaf for leaf in arguments if isinstance(leaf, Stateful)
        ]  # seed generators of functions
        self.built = True
        self._finish_build()

    # -- calling

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Run the graph on arrays. A subclass without `inputs` and `outputs` writes its own."""
        return self._call_with_masks((inputs,), {"mask": mask}, None)[0]

    def _call_with_masks(self, args: tuple, kwargs: dict, masks: Any) -> tuple[Any, list]:
        if self._graph is None or type(self).call not in (Model.call, Functional.call):
            return super()._call_with_masks(args, kwargs, masks)
        inputs = args[0] if args else kwargs["inputs"]
        if self._front is not None:
            prepared = inputs if isinstance(inputs, Prepared) else self.prepared(inputs)
            outputs, found = self._front.rest.run(prepared.values, [None] * len(prepared.values), execute)
            return alone(outputs), found
        values = self._bind_inputs(inputs)
        mask = kwargs.get("mask")
        given = [None] * len(values)
        if mask is not None:
            given = bind(mask, self.input_names, "mask", "input", optional=True)
        elif masks is not None:
            found = (*masks[0], *masks[1].values())
            given = bind(found[0], self.input_names, "mask", "input", optional=True)
        outputs, found = self._graph.run(values, given, execute)
        return alone(outputs), found

    def _traced_specs(self, args: tuple, kwargs: dict) -> tuple[Any, list | None]:
        if self._front is None:
            return super()._traced_specs(args, kwargs)
        tree = alone(self._graph.output_tree)  # type: ignore[union-attr]
        return jax.tree.map(lambda tensor: Spec(tensor.shape, tensor.dtype), tree), None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """On arrays a functional model runs its compiled program, kept for each shape, dtype and `training`."""
        if self._graph is None or current().scope is not None:
            return super().__call__(*args, **kwargs)
        training = kwargs.get("training")
        if self._front is not None and args and not is_prepared(args) and not any_symbolic(args):
            args = (bind_inputs(self, args[0]), *args[1:])
        leaves = jax.tree.leaves((args, kwargs))
        if any(not isinstance(leaf, (np.ndarray, jax.Array, bool)) for leaf in leaves) or any(
            isinstance(leaf, (jax.core.Tracer, KerasTensor)) or get_mask(leaf) is not None for leaf in leaves
        ):
            return super().__call__(*args, **kwargs)
        kwargs = {name: value for name, value in kwargs.items() if name != "training"}
        program = self._programs.get(("call", training), lambda: self._call_program(training))
        try:
            (outputs, masks, losses), assigned = program(self._programs.state(), *args, **kwargs)
        except ValueError as error:
            if "top-level jax.jit" not in str(error):  # called on constants while JAX traces
                raise
            return super().__call__(*args, training=training, **kwargs)
        write(self._programs.variables(), assigned)
        self._clear_losses()
        self._losses = losses
        for output, mask in zip(jax.tree.leaves(outputs), masks, strict=True):
            if mask is not None:
                set_mask(output, mask)
        return outputs

    def _call_program(self, training: bool | None) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            outputs, masks = self.run(args, {**kwargs, "training": training}, None)
            scope = current().scope
            return outputs, masks, list(scope.losses if scope else ())

        return compile_jit(pure(call, self._programs.variables()))

    def prepared(self, inputs: Any) -> Prepared:
        """What a model with inputs of texts makes of them before its program: an array for each of its inputs."""
        graph = self._graph_or_raise("inputs")
        values = bind(inputs, self.input_names, "x", "input", is_item=is_written_out)
        arrays = [
            fitted_texts(value, tensor) if tensor.dtype == "string" else fitted(value, tensor, name, self.name)
            for value, tensor, name in zip(values, graph.inputs, self.input_names, strict=True)
        ]
        return self._front(arrays, execute)  # type: ignore[misc]

    # -- inputs

    @property
    def input_names(self) -> list[str]:
        """Of a functional model: keys of dictionary inputs, else the input layers' names."""
        return names_of(self._graph_or_raise("input_names").input_tree)

    @property
    def output_names(self) -> list[str]:
        """Of a functional model: keys of dictionary outputs, else the names of the layers that make them."""
        return names_of(self._graph_or_raise("output_names").output_tree)

    def _graph_or_raise(self, what: str) -> Graph:
        if self._graph is None:
            raise StateError(
                f"{type(self).__name__} {self.name!r} has no `{what}`: only a functional model, or a Sequential "
                "that knows its input's shape, has"
            )
        return self._graph

    def _bind_inputs(self, inputs: Any) -> list[Any]:
        """One array for each symbolic input: by name, by position, cast, and with the rank the input has."""
        graph = self._graph_or_raise("inputs")
        if isinstance(graph.input_tree, dict) and isinstance(inputs, (list, tuple)):
            raise BindingError(
                f"{self.name!r} takes a dictionary of inputs; give one with the keys {', '.join(self.input_names)}"
            )
        values = bind(inputs, self.input_names, "x", "input")
        return [
            fitted(value, tensor, name, self.name)
            for value, tensor, name in zip(values, graph.inputs, self.input_names, strict=True)
        ]

    # -- looking inside

    @property
    def layers(self) -> list[Layer]:
        if self._graph is not None:
            return [operation for operation in self.operations if isinstance(operation, Layer)]
        return self._sublayers()

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """The layer of this name, or at this place in `layers`."""
        if index is not None and name is None:
            if not -len(self.layers) <= index < len(self.layers):
                raise unknown_name("layer index", index, map(str, range(len(self.layers))))
            return self.layers[index]
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise unknown_name("layer", name, [layer.name for layer in self.layers])

    @property
    def inputs(self) -> list[KerasTensor]:
        return self._graph_or_raise("inputs").inputs

    @property
    def outputs(self) -> list[KerasTensor]:
        return self._graph_or_raise("outputs").outputs

    @property
    def input(self) -> Any:
        return self._graph_or_raise("input").input_tree

    @property
    def output(self) -> Any:
        return self._graph_or_raise("output").output_tree

    @property
    def input_shape(self) -> Any:
        return jax.tree.map(lambda tensor: tensor.shape, alone(self.input))

    @property
    def output_shape(self) -> Any:
        return jax.tree.map(lambda tensor: tensor.shape, alone(self.output))

    def summary(
        self,
        line_length: int | None = None,
        positions: Any = None,
        print_fn: Any = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
        layer_range: Any = None,
    ) -> None:
        """Print layers, output shapes, parameters and connections; arguments as of `models.summary.summary`."""
        summary(self, line_length, positions, print_fn, expand_nested, show_trainable, layer_range)

    def get_state_tree(self, value_format: str = "backend_tensor") -> dict[str, Any]:
        """Every variable's value, nested by the parts of its path, in four groups: trainable, non-trainable, optimizer
        and metrics variables. Leaves are JAX arrays, or NumPy's with "numpy_array"."""
        return get_state_tree(self, value_format)

    def set_state_tree(self, state_tree: dict[str, Any]) -> None:
        """Assign what `get_state_tree` gave."""
        set_state_tree(self, state_tree)

    def save_weights(self, filepath: Any, overwrite: bool = True, max_shard_size: float | None = None) -> None:
        """Write the weights to a `.weights.h5` file as Keras 3 has it, or to several; see `saving.save_weights`."""
        save_weights(self, filepath, overwrite, max_shard_size)

    def load_weights(self, filepath: Any, skip_mismatch: bool = False, **kwargs: Any) -> None:
        """Read weights that `save_weights`, `save` or any release of Keras wrote; see `saving.load_weights`."""
        load_weights_from(self, filepath, skip_mismatch, **kwargs)

    def save(self, filepath: Any, overwrite: bool = True, zipped: bool | None = None, **kwargs: Any) -> None:
        """Write architecture, weights, and what `compile` was given, to a `.keras` file that Keras 3 reads too."""
        save_model(self, filepath, overwrite, zipped, **kwargs)

    def to_json(self, **kwargs: Any) -> str:
        """The architecture as JSON text, see `dovetail.models.model_from_json`; `kwargs` are `json.dumps`'s."""
        return json.dumps(to_config(self), **kwargs)

    def get_config(self) -> dict[str, Any]:
        """The graph of a functional model as plain data; of a subclassed one, its constructor's arguments."""
        if self._graph is not None and "inputs" in inspect.signature(type(self).__init__).parameters:
            return graph_config(self.name, self._graph, self.trainable, self.dtype_policy)
        return super().get_config()

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Any:
        """A new model from what `get_config` gave."""
        with CustomObjectScope(custom_objects):
            if not {"layers", "input_layers", "output_layers"} <= set(config):
                return super().from_config(config)
            inputs, outputs = draw(config)
            made = Functional if cls is Model else cls
            model = made(inputs, outputs, name=config.get("name"), dtype=config.get("dtype"))
            if config.get("trainable") is False:
                model._trainable = False
            return model

    def quantize(  # type: ignore[override]
        self, mode: Any = None, config: Any = None, filters: Any = None, **kwargs: Any
    ) -> None:
        """Raise NotImplementedError: weights of 8 bits and fewer are not there yet."""
        super().quantize(mode)

    def get_quantization_layer_structure(self, mode: Any = None) -> None:
        """As `quantize`."""
        super().quantize(mode)

    def get_build_config(self) -> dict[str, Any] | None:
        """The shapes that a subclassed model was first called on; a graph has its own."""
        return None if self._graph is not None else super().get_build_config()

    def __reduce__(self) -> Any:
        """As of layers, and compiled as it is, with the optimizer's state."""
        _, (config, values) = super().__reduce__()
        config.pop("compile_config", None)
        if not self.compiled:
            return _copied_model, (config, values, None, [])
        compiled = {name: value for name, value in self._compiled_with.items() if name != "optimizer"}
        optimizer = None
        if self.optimizer is not None:
            with keeping_objects():
                optimizer = to_config(self.optimizer)
        state = [np.asarray(v._value) for v in self.optimizer.variables] if self.optimizer else []
        return _copied_model, (config, values, (optimizer, compiled), state)


def _copied_model(config: dict[str, Any], values: list, compiled: Any, state: list) -> Any:
    with entered(without_values=True):
        model = revive(config)
    for variable, value in zip(model.variables, values, strict=True):
        variable.assign(value)
    if compiled is not None:
        model.compile(optimizer=revive(compiled[0]), **compiled[1])
        if model.built and len(state) > 2:
            model.optimizer.build(model.trainable_variables)
        for variable, value in zip(model.optimizer.variables, state, strict=True):
            variable.assign(value)
    return model


class Functional(Model):
    """A model made from symbolic inputs and outputs."""

    def __init__(self, inputs: Any, outputs: Any, name: str | None = None, **kwargs: Any):
        super().__init__(inputs, outputs, name=name, **kwargs)


def execute(operation: Operation, args: tuple, kwargs: dict, masks: Any) -> tuple[list, list]:
    """Run one operation of a graph on arrays: flat outputs, and their masks."""
    if isinstance(operation, Layer):
        outputs, output_masks = operation.run(args, kwargs, masks if jax.tree.leaves(masks) else None)
        flat = jax.tree.leaves(outputs)
        return flat, list(output_masks) or [None] * len(flat)
    flat = jax.tree.leaves(operation.call(*args, **kwargs))
    return flat, [None] * len(flat)


def alone(tree: Any) -> Any:
    """The only input or output of a list or tuple without that, as Keras gives it."""
    return tree[0] if type(tree) in (list, tuple) and len(tree) == 1 else tree


def names_of(tree: Any) -> list[str]:
    """Names of symbolic inputs or outputs: the keys of a dictionary, else what the layers are called."""
    if isinstance(tree, dict) and all(isinstance(value, KerasTensor) for value in tree.values()):
        return sorted(tree)
    names: list[str] = []
    for tensor in jax.tree.leaves(tree):
        name, count = tensor.node.operation.name if tensor.node else tensor.name, 0
        unique = name
        while unique in names:
            count += 1
            unique = f"{name}_{count}"
        names.append(unique)
    return names


def _check_names(layers: list[Layer]) -> None:
    seen: dict[str, Layer] = {}
    for layer in layers:
        if layer.name in seen:
            raise StateError(
                f"two layers of the model are called {layer.name!r} (a {type(seen[layer.name]).__name__} "
                f"and a {type(layer).__name__}): give each its own `name`"
            )
        seen[layer.name] = layer


def fitted_texts(value: Any, tensor: KerasTensor) -> Any:
    """Texts for a symbolic input, with the rank that it has."""
    array = texts(value)
    if array.ndim == len(tensor.shape) - 1 and tensor.shape[-1] == 1:
        return array[..., None]
    return array[..., 0] if array.ndim == len(tensor.shape) + 1 and array.shape[-1] == 1 else array


def fitted(value: Any, tensor: KerasTensor, name: str, model: str) -> Any:
    """An array for a symbolic input: cast, with the rank that the input has, its sizes checked."""
    value = jnp.asarray(value, jax.dtypes.canonicalize_dtype(tensor.dtype))
    shape = tensor.shape
    if value.ndim == len(shape) - 1 and shape[-1] == 1:
        value = value[..., None]
    elif value.ndim == len(shape) + 1 and value.shape[-1] == 1:
        value = value[..., 0]
    fits = value.ndim == len(shape) and all(
        want is None or want == got for want, got in zip(shape, value.shape, strict=True)
    )
    if not fits:
        raise ShapeError(
            f"input {name!r} of {model!r} takes {format_shape(shape)}; it was given {format_shape(value.shape)}"
        )
    return value
