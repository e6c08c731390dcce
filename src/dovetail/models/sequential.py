"""Sequential: layers one after another."""

from typing import Any

from ..engine.configs import revive, to_config
from ..engine.context import current, entered
from ..engine.dtypes import data_dtype
from ..engine.errors import StateError
from ..engine.graph import Graph
from ..engine.layer import Layer
from ..engine.operation import open_shape
from ..engine.registry import CustomObjectScope
from ..engine.tensor import KerasTensor
from ..engine.texts import is_text, texts
from ..layers.input import Input, InputLayer
from .model import Model


class Sequential(Model):
    """A model of layers, each called on the output of the one before.

    It is built when its input's shape is known: from `Input(shape)` as first entry, from the first layer's
    `input_shape` argument, or from the first data.

    Args:
        layers: the layers, in order.
        trainable: whether optimizers change its weights.
        name: of the model.

    Example:
        >>> import dovetail
        >>> model = dovetail.Sequential([dovetail.Input((4,)), dovetail.layers.Dense(3)])
        >>> model.output_shape
        (None, 3)
    """

    def __init__(self, layers: Any = None, trainable: bool = True, name: str | None = None, **kwargs: Any):
        super().__init__(trainable=trainable, name=name, **kwargs)
        self._stack: list[Layer] = []
        self._tensors: list[KerasTensor] = []  # the input and each layer's output, once known
        for layer in layers or ():
            self.add(layer, rebuild=False)
        self._build_if_known()

    def add(self, layer: Any, rebuild: bool = True) -> None:
        """Append a layer.

        Raises:
            StateError: it is not a layer, its name is taken, or it is an Input after the first place.
        """
        if isinstance(layer, KerasTensor):
            node = layer.node
            if node is None or not isinstance(node.operation, InputLayer):
                raise StateError("a Sequential takes layers; of tensors only that of `Input`, as the first")
            layer = node.operation
        if not isinstance(layer, Layer):
            raise StateError(f"a Sequential takes layers, not {layer!r}")
        if isinstance(layer, InputLayer) and self._stack:
            raise StateError(f"{self.name!r}: an Input can only be the first entry; it has {len(self._stack)} already")
        if any(layer.name == other.name for other in self._stack):
            raise StateError(
                f"{self.name!r} already has a layer called {layer.name!r}: each layer needs a `name` of its own"
            )
        if not self._stack and layer._input_shape_arg is not None and not isinstance(layer, InputLayer):
            self._stack.append(Input(layer._input_shape_arg).node.operation)
        self._stack.append(layer)
        if rebuild:
            self._extend_or_build()

    def pop(self, rebuild: bool = True) -> Layer:
        """Remove and return the last layer."""
        layer = self._stack.pop()
        if self._tensors:
            self._tensors.pop()
            layer._inbound_nodes.pop()
            self._graph = None
            if len(self._tensors) > 1 and rebuild:
                self._set_graph(Graph(self._tensors[0], self._tensors[-1]))
            else:
                self.built = False
        return layer

    def _extend_or_build(self) -> None:
        if not self._tensors:
            return self._build_if_known()
        with entered(path=tuple(self.path.split("/"))):
            self._tensors.append(self._stack[-1](self._tensors[-1]))
        self._set_graph(Graph(self._tensors[0], self._tensors[-1]))

    def _build_if_known(self) -> None:
        if len(self._stack) < 2 and not (self._stack and _own_input(self._stack[0]) is not None):
            return
        first = self._stack[0]
        if isinstance(first, InputLayer):
            self._build_on(first.output, self._stack[1:])
        elif (own := _own_input(first)) is not None:
            self._build_on(Input(batch_shape=own.shape, dtype=own.dtype), self._stack)

    def _build_on(self, tensor: KerasTensor, layers: list[Layer]) -> None:
        self._tensors = [tensor]
        self._path = self.path
        with entered(path=tuple(self._path.split("/"))):
            for layer in layers:
                self._tensors.append(layer(self._tensors[-1]))
        self._set_graph(Graph(self._tensors[0], self._tensors[-1]))

    def build(self, input_shape: Any = None) -> None:
        """Build for inputs of this shape, batch axis included."""
        if self._graph is None and self._stack:
            if not isinstance(input_shape, (tuple, list)) or input_shape is None:
                raise StateError(f"{self.name!r} needs the shape of its input to be built, not {input_shape!r}")
            self._build_on(Input(batch_shape=tuple(input_shape)), self._stack)

    def build_on_texts(self, x: Any) -> None:
        """Build for such texts."""
        if self._stack:
            self._build_on(Input(batch_shape=(None, *texts(x).shape[1:]), dtype="string"), self._stack)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self._graph is None and not self._stack:
            raise StateError(f"{self.name!r} has no layers yet")
        if self._graph is None and args and is_text(args[0]):
            self.build_on_texts(args[0])
        if self._graph is None and args and hasattr(args[0], "shape"):
            value = args[0]
            shape = tuple(value.shape)
            if not isinstance(value, KerasTensor):
                shape = (None, *(open_shape(value) if current().open_size else shape)[1:])
            self._build_on(Input(batch_shape=shape, dtype=data_dtype(value.dtype)), self._stack)
        return super().__call__(*args, **kwargs)

    def get_config(self) -> dict[str, Any]:
        """The layers in order, and the input's shape where it is known."""
        config = {"name": self.name, "trainable": self.trainable, "dtype": to_config(self.dtype_policy)}
        config["layers"] = [to_config(layer) for layer in self._stack]
        if self._graph is not None:
            config["build_input_shape"] = list(self._graph.inputs[0].shape)
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> "Sequential":
        """A new model from what `get_config` gave."""
        with CustomObjectScope(custom_objects):
            layers = [revive(layer, build=False) for layer in config["layers"]]
            model = cls(layers, trainable=config.get("trainable", True), name=config.get("name"))
            shape = config.get("build_input_shape")
            if shape is not None and model._graph is None:
                model.build(tuple(shape))
            return model

    def build_from_config(self, config: dict[str, Any]) -> None:
        """Build for the shape that the configuration has."""
        if self._graph is None and config.get("input_shape") is not None:
            self.build(tuple(config["input_shape"]))

    @property
    def layers(self) -> list[Layer]:
        if self._stack and isinstance(self._stack[0], InputLayer):
            return self._stack[1:]
        return list(self._stack)


def _own_input(layer: Layer) -> KerasTensor | None:
    """The input that a model used as first layer has of its own."""
    graph = getattr(layer, "_graph", None)
    return graph.input_tree if graph is not None and isinstance(graph.input_tree, KerasTensor) else None
