"""Graph: the model of Keras 0.x and 1.0 that is built by naming its nodes, and fed with dictionaries."""

import functools
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

from ..engine.context import entered
from ..engine.errors import did_you_mean
from ..engine.graph import Graph
from ..layers.input import Input
from ..models import Model
from .layers import layer
from .layers.base import _made
from .models import OldModel, model_class
from .releases import Release


class OldGraph(OldModel):
    """A model of named nodes: `add_input`, `add_node` with the names of what goes in, `add_output`.

    `fit`, `evaluate`, `train_on_batch` and `test_on_batch` take one dictionary with the data of inputs and outputs by
    name; `predict` gives a dictionary by the outputs' names.

    Example:
        >>> import numpy as np
        >>> from dovetail.legacy import installed
        >>> with installed(1):
        ...     from keras.layers import Dense
        ...     from keras.models import Graph
        >>> graph = Graph()
        >>> graph.add_input("words", input_shape=(10,))
        >>> graph.add_node(Dense(4), name="dense", input="words")
        >>> graph.add_output("label", input="dense")
        >>> graph.compile("sgd", {"label": "mse"})
        >>> graph.predict({"words": np.ones((2, 10))})["label"].shape
        (2, 4)
    """

    _positional = ("name",)

    def __init__(self, name: str | None = None):
        super().__init__(name=name)
        self.nodes: dict[str, Any] = {}  # layers by name
        self._named: dict[str, Any] = {}  # tensors by name
        self._given: dict[str, Any] = {}
        self._wanted: dict[str, Any] = {}

    # -- building

    @property
    def input_order(self) -> list[str]:
        return list(self._given)

    @property
    def output_order(self) -> list[str]:
        return list(self._wanted)

    def add_input(
        self, name: str, input_shape: Any = None, batch_input_shape: Any = None, dtype: Any = "float", **kwargs: Any
    ) -> None:
        """An input of the graph; `input_shape` is without the batch axis."""
        self._check_new(name)
        if input_shape is None and batch_input_shape is None:
            input_shape = kwargs.get("ndim") and (None,) * (kwargs["ndim"] - 1)
        if input_shape is None and batch_input_shape is None:
            raise ValueError(f"Graph: the input {name!r} needs `input_shape`")
        kind = {"float": None, "int": "int32"}.get(dtype, dtype)
        shape = None if input_shape is None else tuple(None if size == -1 else size for size in input_shape)
        tensor = Input(shape, batch_shape=batch_input_shape, dtype=kind, name=name)
        self._named[name] = self._given[name] = tensor
        self._draw()

    def add_node(
        self,
        layer: Any,
        name: str,
        input: str | None = None,
        inputs: Any = (),
        merge_mode: Any = "concat",
        concat_axis: int = -1,
        dot_axes: Any = -1,
        create_output: bool = False,
    ) -> None:
        """A layer on the node `input`, or on several `inputs` joined by `merge_mode`."""
        self._check_new(name)
        tensor = self._joined(name, input, inputs, merge_mode, concat_axis, dot_axes)
        with entered(path=(self.name,)):
            self._named[name] = layer(tensor)
        self.nodes[name] = layer
        if create_output:
            self.add_output(name, input=name)

    def add_shared_node(
        self,
        layer: Any,
        name: str,
        inputs: Any = (),
        merge_mode: Any = None,
        concat_axis: int = -1,
        dot_axes: Any = -1,
        outputs: Any = (),
        create_output: bool = False,
    ) -> None:
        """One layer on each of `inputs`; its results are nodes named by `outputs`, or are joined to the node `name`."""
        self._check_new(name)
        if merge_mode is None and len(outputs) != len(inputs):
            raise ValueError(
                f"Graph: the shared node {name!r} needs a name in `outputs` for each of its {len(inputs)} inputs, or a "
                "`merge_mode`"
            )
        with entered(path=(self.name,)):
            made = [layer(self._tensor(node)) for node in inputs]
        self.nodes[name] = layer
        if merge_mode is None:
            for output, tensor in zip(outputs, made, strict=True):
                self._check_new(output)
                self._named[output] = tensor
        else:
            self._named[name] = self._merged(made, merge_mode, concat_axis, dot_axes)
        if create_output:
            for node in outputs if merge_mode is None else [name]:
                self.add_output(node, input=node)

    def add_output(
        self,
        name: str,
        input: str | None = None,
        inputs: Any = (),
        merge_mode: Any = "concat",
        concat_axis: int = -1,
        dot_axes: Any = -1,
    ) -> None:
        """An output of the graph: the node `input`, or several joined by `merge_mode`."""
        if name in self._wanted:
            raise ValueError(f"Graph: there is an output {name!r} already")
        self._wanted[name] = self._joined(name, input, inputs, merge_mode, concat_axis, dot_axes)
        self._draw()

    def _check_new(self, name: str) -> None:
        if name in self._named:
            raise ValueError(f"Graph: there is a node {name!r} already")

    def _tensor(self, name: str) -> Any:
        if name not in self._named:
            raise ValueError(f"Graph: there is no node {name!r}{did_you_mean(name, self._named)}")
        return self._named[name]

    def _joined(self, name: str, input: str | None, inputs: Any, mode: Any, concat_axis: int, dot_axes: Any) -> Any:
        if input:
            return self._tensor(input)
        if not inputs:
            raise ValueError(f"Graph: {name!r} needs `input` or `inputs`: the names of other nodes")
        return self._merged([self._tensor(node) for node in inputs], mode, concat_axis, dot_axes)

    def _merged(self, tensors: list[Any], mode: Any, concat_axis: int, dot_axes: Any) -> Any:
        """The tensors as one; "join" leaves them apart, in a dictionary for a Lambda."""
        if mode == "join":
            return OrderedDict((str(number), tensor) for number, tensor in enumerate(tensors))
        if len(tensors) == 1:
            return tensors[0]
        merge = layer(self.release, "Merge")
        with entered(path=(self.name,)):
            return merge(mode=mode, concat_axis=concat_axis, dot_axes=dot_axes)(tensors)

    def _draw(self) -> None:
        if self._given and self._wanted:
            self._set_graph(Graph(dict(self._given), dict(self._wanted)))  # type: ignore[attr-defined]

    # -- as a layer of another model

    def _call_with_masks(self, args: tuple, kwargs: dict, masks: Any) -> tuple[Any, list]:
        """The outputs by name; of a tensor, as a layer of another model has it, the output alone where there is one."""
        outputs, found = super()._call_with_masks(args, kwargs, masks)
        inputs = args[0] if args else kwargs["inputs"]
        is_layer = not isinstance(inputs, dict) and len(outputs) == 1
        return (next(iter(outputs.values())) if is_layer else outputs), found

    # -- training

    def compile(self, optimizer: Any = "rmsprop", loss: Any = None, *args: Any, **kwargs: Any) -> None:
        """As of any model; `loss` is a dictionary by the outputs' names."""
        for old in ("sample_weight_modes", "theano_mode"):
            kwargs.pop(old, None)
        super().compile(optimizer, loss, *args, **kwargs)

    def _split(self, data: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any] | None]:
        """The data of inputs and of outputs."""
        x = {name: data[name] for name in self._given if name in data}
        y = {name: data[name] for name in self._wanted if name in data}
        known = {*self._given, *self._wanted}
        for name in data:
            if name not in known:
                raise ValueError(f"Graph: {name!r} is neither an input nor an output{did_you_mean(name, known)}")
        return x, y or None

    def _batch_of(self, item: Any) -> Any:
        """What a generator of Graph gives (a dictionary, or it and weights) as a batch of today."""
        data, *weights = item if isinstance(item, (tuple, list)) else (item,)
        return (*self._split(data), *weights)

    def _stream_of(self, generator: Any) -> Iterator[Any]:
        return (self._batch_of(item) for item in generator)

    def fit(self, data: Any, *args: Any, **kwargs: Any) -> Any:  # type: ignore[override]
        """As of any model, with inputs and targets in one dictionary."""
        if isinstance(kwargs.get("validation_data"), dict):
            kwargs["validation_data"] = self._split(kwargs["validation_data"])
        return super().fit(*self._split(data), *args, **kwargs)

    def evaluate(self, data: Any, batch_size: int = 128, *args: Any, **kwargs: Any) -> Any:  # type: ignore[override]
        """The loss, or a list with it and the metrics."""
        x, y = self._split(data)
        order = ("verbose", "sample_weight")
        given = {"verbose": 0} | dict(zip(order, args, strict=False)) | kwargs
        given["sample_weight"] = given.get("sample_weight") or None
        return super().evaluate(x, y, batch_size=batch_size, **given)

    def predict(self, data: Any, batch_size: int = 128, verbose: int = 0, **kwargs: Any) -> dict[str, Any]:  # type: ignore[override]
        """The outputs by name."""
        return super().predict(self._split(data)[0], batch_size, verbose, **kwargs)

    def predict_on_batch(self, data: Any) -> dict[str, Any]:
        """The outputs of one batch, by name."""
        return super().predict_on_batch(self._split(data)[0])  # type: ignore[misc]

    def train_on_batch(self, data: Any, class_weight: Any = None, sample_weight: Any = None, **kwargs: Any) -> Any:  # type: ignore[override]
        """One update on one batch."""
        x, y = self._split(data)
        weights = {"class_weight": class_weight or None, "sample_weight": sample_weight or None}
        return super().train_on_batch(x, y, **weights, **kwargs)

    def test_on_batch(self, data: Any, sample_weight: Any = None, **kwargs: Any) -> Any:  # type: ignore[override]
        """Loss and metrics of one batch."""
        return super().test_on_batch(*self._split(data), sample_weight=sample_weight or None, **kwargs)

    def fit_generator(self, generator: Any = None, *args: Any, **kwargs: Any) -> Any:
        """As of any model; batches are dictionaries, or pairs of a dictionary and weights."""
        validation = kwargs.get("validation_data")
        if isinstance(validation, dict):
            kwargs["validation_data"] = self._split(validation)
        elif validation is not None and not isinstance(validation, (tuple, list)):
            kwargs["validation_data"] = self._stream_of(validation)
        history = super().fit_generator(self._stream_of(generator), *args, **kwargs)
        return history

    def evaluate_generator(self, generator: Any, *args: Any, **kwargs: Any) -> Any:
        """As of any model; batches are dictionaries."""
        return super().evaluate_generator(self._stream_of(generator), *args, **kwargs)


@functools.cache
def graph_class(release: Release) -> type:
    """`Graph` of a release."""
    return _made("Graph", (OldGraph, model_class(release, "Model"), Model), {"release": release})  # type: ignore[return-value]
