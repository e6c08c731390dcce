"""Models in an old dialect: `fit(nb_epoch=...)`, `fit_generator`, `Merge` as the first layer of a Sequential."""

import functools
from pathlib import Path
from typing import Any

from ..engine.configs import MODULES
from ..engine.context import entered
from ..engine.graph import Graph
from ..engine.layer import Layer
from ..layers.input import Input, InputLayer
from ..models import Model, Sequential
from ..models.graph_config import graph_config
from ..saving.archive import load_weights_from, save_model, save_weights
from . import changes, engine_saving
from .files import weights as weight_files
from .files import writing
from .layers import layer
from .layers.base import OldLayer, _made, input_for, written_for_today
from .notices import notice
from .releases import Release
from .surgery import set_inputs, set_outputs, visible
from .training import OldTraining


class OldModel(OldTraining, OldLayer):
    """What models of Keras 1 and 2 understand beyond those of today."""

    is_model = True

    def __init__(self, *args: Any, **kwargs: Any):
        for old, new in changes.MODEL_ARGUMENTS.items():
            if old in kwargs:
                notice(f"Model({old}=...)", f"`{new}`")
                kwargs[new] = kwargs.pop(old)
        given = dict(zip(self._positional, args, strict=False)) | kwargs
        for name in ("inputs", "outputs") if self.release.dialect < 3 else ():
            if isinstance(given.get(name), (list, tuple)) and len(given[name]) == 1:
                given[name] = given[name][0]  # a list of one was as good as the tensor
        super().__init__(**given)

    _positional = ("inputs", "outputs", "name")

    @property
    def input_shape(self) -> Any:
        return Model.input_shape.fget(self)  # type: ignore[attr-defined]

    @property
    def output_shape(self) -> Any:
        return Model.output_shape.fget(self)  # type: ignore[attr-defined]

    # -- cutting layers off

    @property
    def layers(self) -> list[Layer]:
        """The layers in order; before TensorFlow's own Keras, the list that the model goes by."""
        layers = super().layers  # type: ignore[misc]
        return layers if self.release.is_tensorflow or self.release.dialect == 3 else visible(self, layers)

    @property
    def outputs(self) -> Any:
        return super().outputs  # type: ignore[misc]

    @outputs.setter
    def outputs(self, outputs: Any) -> None:
        set_outputs(self, outputs)

    @property
    def inputs(self) -> Any:
        return super().inputs  # type: ignore[misc]

    @inputs.setter
    def inputs(self, inputs: Any) -> None:
        set_inputs(self, inputs)

    # -- files

    def get_config(self) -> dict[str, Any]:
        """The graph as plain data; of a subclass with a constructor of its own, that one's arguments."""
        is_plain = type(self).__init__ is OldModel.__init__ and not hasattr(self, "_stack")
        if is_plain and self._graph is not None:  # type: ignore[attr-defined]
            return graph_config(self.name, self._graph, self.trainable, self.dtype_policy)  # type: ignore[attr-defined]
        return super().get_config()

    def save(self, filepath: Any, overwrite: bool = True, include_optimizer: bool = True, **kwargs: Any) -> None:
        """Write the whole model: `.keras` as Keras 3 does, everything else as HDF5 of Keras 2."""
        if str(filepath).endswith(".keras") or self.release.dialect == 3:
            Path(filepath).parent.mkdir(parents=True, exist_ok=True)
            with written_for_today():
                save_model(self, filepath, overwrite, include_optimizer=include_optimizer)  # type: ignore[arg-type]
        else:
            writing.save_model(self, filepath, overwrite, include_optimizer)

    def save_weights(self, filepath: Any, overwrite: bool = True, **kwargs: Any) -> None:
        """Write the weights alone, as HDF5 of Keras 2; in the dialect of Keras 3 as that does."""
        if self.release.dialect == 3:
            save_weights(self, filepath, overwrite)  # type: ignore[arg-type]
        else:
            writing.save_weights(self, filepath, overwrite)

    def load_weights(self, filepath: Any, by_name: bool = False, skip_mismatch: bool = False, **kwargs: Any) -> None:
        """Read weights of any release, matched by the order of the layers, or by their names."""
        if weight_files.is_old(filepath):
            weight_files.load_weights(self, filepath, by_name, skip_mismatch)  # type: ignore[arg-type]
        else:
            load_weights_from(self, filepath, skip_mismatch)  # type: ignore[arg-type]

    def save_weights_to_hdf5_group(self, f: Any) -> None:
        engine_saving.save_weights_to_hdf5_group(f, self.layers)

    def load_weights_from_hdf5_group(self, f: Any) -> None:
        engine_saving.load_weights_from_hdf5_group(f, self.layers)

    def load_weights_from_hdf5_group_by_name(self, f: Any) -> None:
        engine_saving.load_weights_from_hdf5_group_by_name(f, self.layers)

    def to_json(self, **kwargs: Any) -> str:
        """The architecture as JSON text, see `model_from_json`."""
        return writing.to_json(self, **kwargs)

    def to_yaml(self, **kwargs: Any) -> str:
        """The architecture as YAML text, see `model_from_yaml`."""
        return writing.to_yaml(self, **kwargs)

    @property
    def uses_learning_phase(self) -> bool:
        return True

    @property
    def state_updates(self) -> list[Any]:
        """Nothing: a model that runs keeps its states itself."""
        return []

    def reset_states(self) -> None:
        """Zero the states of all stateful layers."""
        for item in self.layers:  # type: ignore[attr-defined]
            if hasattr(item, "reset_states") and getattr(item, "stateful", True):
                item.reset_states()
            elif getattr(item, "stateful", False) and hasattr(item, "reset_state"):
                item.reset_state()

    @property
    def stateful(self) -> bool:
        return any(getattr(item, "stateful", False) for item in self.layers)  # type: ignore[attr-defined]


class _Itself:
    """An attribute that is its owner, until something else is set."""

    def __get__(self, instance: Any, owner: type) -> Any:
        return self if instance is None else instance


class OldSequential(OldModel):
    """A Sequential whose first layer may join others, and tells the input's shape."""

    model = _Itself()  # once the functional model behind it

    @property
    def flattened_layers(self) -> list[Layer]:
        """All layers, those of models inside it in their places."""
        inner = [getattr(item, "flattened_layers", [item]) for item in self.layers]
        return [item for items in inner for item in items]

    _positional = ("layers", "name")

    @property
    def _compile_order(self) -> tuple[str, ...]:
        if self.release.dialect > 1:
            return super()._compile_order
        return ("optimizer", "loss", "metrics", "sample_weight_mode", "loss_weights")

    @property
    def _batch_order(self) -> tuple[str, ...]:
        return ("class_weight", "sample_weight") if self.release.dialect == 1 else OldModel._batch_order

    def add(self, item: Any, rebuild: bool = True) -> None:
        """Append a layer; as the first also `Merge([left, right], mode=...)`, or a model."""
        if not self._stack:  # type: ignore[has-type]
            if getattr(item, "branches", None):
                return self._begin_with_merge(item)
            first = _first_of(item)
            tensor = input_for(first) if first is not None else None
            if tensor is not None and (first is item or not getattr(item, "built", False)):
                self._stack.append(tensor.node.operation)
        return super().add(item, rebuild)  # type: ignore[misc]

    def _begin_with_merge(self, item: Any) -> None:
        inputs: list[Any] = []
        outputs: list[Any] = []
        for branch in item.branches:
            found, output = _ends(branch)
            inputs.extend(tensor for tensor in found if not any(tensor is known for known in inputs))
            outputs.append(output)
        with entered(path=(self.name,)):
            merged = item.output if item._inbound_nodes else item(outputs)  # joined when it was made, or now
        self._stack.append(item)
        self._tensors = [inputs if len(inputs) > 1 else inputs[0], merged]
        self._set_graph(Graph(self._tensors[0], merged))  # type: ignore[attr-defined]


def _first_of(item: Any) -> Any:
    """The layer that says what the input of `item` is: itself, or the one that it wraps or begins with."""
    if not isinstance(item, Layer) or isinstance(item, InputLayer):
        return None
    if item.__dict__.get("_old_input") is not None:
        return item
    inner = getattr(item, "layer", None) or getattr(item, "encoder", None)
    return inner if inner is not None and inner.__dict__.get("_old_input") is not None else None


def _ends(branch: Any) -> tuple[list[Any], Any]:
    """The symbolic inputs and the output of one branch of a Merge: a model, or a layer that knows its input."""
    graph = getattr(branch, "_graph", None)
    if graph is not None:
        return list(graph.inputs), graph.output_tree
    if isinstance(branch, Layer) and branch._inbound_nodes:
        return list(branch._inbound_nodes[0].inputs), branch.output
    tensor = input_for(branch)
    if tensor is None and branch.__dict__.get("_input_shape_arg") is not None:
        tensor = Input(branch._input_shape_arg)
    if tensor is None:
        raise ValueError(f"Merge: the branch {branch.name!r} does not know its input's shape: give it `input_shape`")
    return [tensor], branch(tensor)


@functools.cache
def model_class(release: Release, name: str) -> type:
    """`Model` or `Sequential` of a release."""
    base = layer(release, "Layer")
    if name == "Sequential":
        made = _made("Sequential", (OldSequential, model_class(release, "Model"), Sequential), {"release": release})
        MODULES[made] = "keras"
    else:
        made = _made("Model", (OldModel, base, Model), {"release": release, "written_as": "Functional"})
        MODULES[made] = "keras.src.models.functional"
    return made
