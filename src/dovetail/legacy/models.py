"""Models in an old dialect: `fit(nb_epoch=...)`, `fit_generator`, `Merge` as the first layer of a Sequential."""

import functools
import warnings
from typing import Any

import numpy as np

from ..engine.context import entered
from ..engine.graph import Graph
from ..engine.layer import Layer
from ..layers.input import Input
from ..models import Model, Sequential
from ..saving.archive import load_weights_from, save_model
from . import changes
from .arguments import check_known
from .callbacks import callbacks_of, with_both_names
from .files import weights as weight_files
from .files import writing
from .layers import layer
from .layers.base import OldLayer, _made, input_for
from .notices import notice
from .objective import OldObjective, names_before
from .optimizers import optimizer_of, with_own_slots
from .releases import Release
from .streams import counted

# arguments of methods that have no effect here: threads and processes are the library's own affair
IGNORED = ("workers", "max_queue_size", "use_multiprocessing")
# arguments of `compile` that need not be said any more
UNNEEDED = ("sample_weight_mode", "class_mode", "theano_mode", "mode", "experimental_run_tf_function", "options",
            "run_metadata", "steps_per_execution", "jit_compile", "distribute", "target_tensors", "cloning",
            "pss_evaluation_shards")  # fmt: skip
CLASS_MODES = ("categorical", "binary")


class OldModel(OldLayer):
    """What models of Keras 1 and 2 understand beyond those of today."""

    def __init__(self, *args: Any, **kwargs: Any):
        for old, new in changes.MODEL_ARGUMENTS.items():
            if old in kwargs:
                notice(f"Model({old}=...)", f"`{new}`")
                kwargs[new] = kwargs.pop(old)
        super().__init__(**dict(zip(self._positional, args, strict=False)) | kwargs)

    _positional = ("inputs", "outputs", "name")

    @property
    def input_shape(self) -> Any:
        return Model.input_shape.fget(self)  # type: ignore[attr-defined]

    @property
    def output_shape(self) -> Any:
        return Model.output_shape.fget(self)  # type: ignore[attr-defined]

    # -- compile

    @property
    def _objective_class(self) -> Any:
        return functools.partial(OldObjective, self.release)

    def compile(self, *args: Any, **kwargs: Any) -> None:
        """As today's, with the arguments in the order of the release and its losses, metrics and optimizers.

        `sample_weight_mode`, `class_mode` and options of Theano and TensorFlow need not be said any more: weights are
        told apart by their shape.
        """
        given = dict(zip(self._compile_order, args, strict=False)) | kwargs
        if given.get("metrics") in CLASS_MODES:  # the third argument of Keras 0.x
            given["class_mode"] = given.pop("metrics")
        if given.get("target_tensors") is not None:
            raise TypeError("`target_tensors` needs a TensorFlow graph; give the targets to `fit`")
        if given.pop("show_accuracy", False):
            notice("show_accuracy=True", "`metrics=['accuracy']`")
            given["metrics"] = [*(given.get("metrics") or []), "accuracy"]
        for name in UNNEEDED:
            given.pop(name, None)
        check_known(type(self), given, {*self._compile_order, "weighted_metrics", "run_eagerly", "auto_scale_loss"})
        given["optimizer"] = with_own_slots(optimizer_of(self.release, given.get("optimizer", "rmsprop")))
        super().compile(**given)  # type: ignore[misc]
        trainable = {id(v) for v in self.trainable_variables}  # type: ignore[attr-defined]
        self._compiled_trainable = {id(v): id(v) in trainable for v in self.weights}  # type: ignore[attr-defined]

    @property
    def _compile_order(self) -> tuple[str, ...]:
        last = ("weighted_metrics",) if self.release.formulas == "tf2" else ("sample_weight_mode", "weighted_metrics")
        return ("optimizer", "loss", "metrics", "loss_weights", *last)

    @property
    def metrics_names(self) -> list[str]:
        """The names of what `evaluate` returns, known from `compile` on where the model knows its outputs."""
        objective = self._objective  # type: ignore[attr-defined]
        is_early = objective is not None and not objective.built and self._graph is not None  # type: ignore[attr-defined]
        if not is_early or self.release.formulas in ("tf2", "keras3"):
            return super().metrics_names  # type: ignore[misc]
        return names_before(objective, self.output_names, self.outputs)  # type: ignore[attr-defined]

    def _trained_variables(self) -> list[Any]:
        """The weights that were trainable when the model was compiled: freezing a layer afterwards needs `compile`."""
        known = self.__dict__.get("_compiled_trainable", {})
        trainable = {id(v) for v in self.trainable_variables}  # type: ignore[attr-defined]
        return [v for v in self.weights if known.get(id(v), id(v) in trainable)]  # type: ignore[attr-defined]

    # -- fit, evaluate, predict

    def fit(self, x: Any = None, y: Any = None, batch_size: Any = None, *args: Any, **kwargs: Any) -> Any:
        """As today's; `nb_epoch` is `epochs`, 10 where Keras 1 is told neither."""
        names = ("epochs", "verbose", "callbacks", "validation_split", "validation_data", "shuffle", "class_weight",
                 "sample_weight", "initial_epoch", "steps_per_epoch", "validation_steps")  # fmt: skip
        given = self._renamed("fit", dict(zip(names, args, strict=False)) | kwargs)
        if "x" in given:
            x = given.pop("x")
        given.setdefault("verbose", 1)
        if self.release.dialect == 1:
            given.setdefault("epochs", 10)
        if given.pop("show_accuracy", False):
            self._add_accuracy()
        self._take_callbacks(given)
        if given.get("shuffle") == "batch":
            given["shuffle"] = True
        return self._with_aliases(super().fit(x, y, batch_size, **given))  # type: ignore[misc]

    def fit_generator(
        self, generator: Any, steps_per_epoch: Any = None, epochs: int = 1, *args: Any, **kwargs: Any
    ) -> Any:
        """`fit` on a stream. Keras 1 counted an epoch, and validation, in samples."""
        names = ("verbose", "callbacks", "validation_data", "validation_steps", "class_weight", "max_queue_size",
                 "workers", "use_multiprocessing", "initial_epoch")  # fmt: skip
        notice("fit_generator", "`fit`")
        in_samples = "samples_per_epoch" in kwargs or (self.release.dialect == 1 and "steps_per_epoch" not in kwargs)
        validation_in_samples = "nb_val_samples" in kwargs or (
            self.release.dialect == 1 and "validation_steps" not in kwargs
        )
        given = self._renamed("fit_generator", dict(zip(names, args, strict=False)) | kwargs)
        steps = given.pop("steps_per_epoch", steps_per_epoch)
        given.setdefault("epochs", epochs)
        given.setdefault("verbose", 1)
        self._take_callbacks(given)
        validation, count = given.get("validation_data"), given.pop("validation_steps", None)
        if validation is not None and not isinstance(validation, (tuple, list)):
            if validation_in_samples and count is not None:
                given["validation_data"] = counted(validation, count)
            else:
                given["validation_steps"] = count
        if in_samples and steps is not None:
            history = super().fit(counted(generator, steps), **given)  # type: ignore[misc]
        else:
            history = super().fit(generator, steps_per_epoch=steps, **given)  # type: ignore[misc]
        return self._with_aliases(history)

    def evaluate(
        self, x: Any = None, y: Any = None, batch_size: Any = None, verbose: Any = 1, sample_weight: Any = None,
        steps: Any = None, **kwargs: Any,
    ) -> Any:  # fmt: skip
        given = self._renamed("evaluate", kwargs)
        if given.pop("show_accuracy", False):
            self._add_accuracy()
        x = given.pop("x", x)
        self._take_callbacks(given)
        return super().evaluate(  # type: ignore[misc]
            x, y, batch_size=batch_size, verbose=verbose, sample_weight=sample_weight, steps=steps, **given
        )

    def evaluate_generator(self, generator: Any, steps: Any = None, *args: Any, **kwargs: Any) -> Any:
        """`evaluate` on a stream; Keras 1 counted in samples."""
        notice("evaluate_generator", "`evaluate`")
        source, given = self._stream("evaluate_generator", generator, steps, args, kwargs)
        self._take_callbacks(given)
        return super().evaluate(source, **({"verbose": 0} | given))  # type: ignore[misc]

    def predict(self, x: Any = None, batch_size: Any = None, verbose: Any = 0, steps: Any = None, **kwargs: Any) -> Any:
        given = self._renamed("predict", kwargs)
        x = given.pop("x", x)
        self._take_callbacks(given)
        return super().predict(x, batch_size=batch_size, verbose=verbose, steps=steps, **given)  # type: ignore[misc]

    def predict_generator(self, generator: Any, steps: Any = None, *args: Any, **kwargs: Any) -> Any:
        """`predict` on a stream; Keras 1 counted in samples."""
        notice("predict_generator", "`predict`")
        source, given = self._stream("predict_generator", generator, steps, args, kwargs)
        self._take_callbacks(given)
        return super().predict(source, **({"verbose": 0} | given))  # type: ignore[misc]

    def predict_proba(self, x: Any, batch_size: Any = None, verbose: Any = 0) -> Any:
        """`predict`, with a warning where the outputs are not between 0 and 1."""
        probabilities = self.predict(x, batch_size, verbose)
        if np.min(probabilities) < 0 or np.max(probabilities) > 1:
            warnings.warn("the model's outputs are not all between 0 and 1: its last layer gives no probabilities",
                          stacklevel=2)  # fmt: skip
        return probabilities

    def predict_classes(self, x: Any, batch_size: Any = None, verbose: Any = 0) -> Any:
        """The likeliest class of each sample; for one output, whether it is above a half."""
        probabilities = self.predict(x, batch_size, verbose)
        if probabilities.shape[-1] > 1:
            return probabilities.argmax(axis=-1)
        return (probabilities > 0.5).astype("int32")

    def train_on_batch(self, x: Any, y: Any = None, *args: Any, **kwargs: Any) -> Any:
        """One update on one batch; loss and metrics of this batch alone."""
        given = self._renamed("train_on_batch", dict(zip(self._batch_order, args, strict=False)) | kwargs)
        if given.pop("reset_metrics", True):
            self.reset_metrics()  # type: ignore[attr-defined]
        if given.pop("accuracy", False):
            self._add_accuracy()
        return super().train_on_batch(x, y, **given)  # type: ignore[misc]

    _batch_order = ("sample_weight", "class_weight", "reset_metrics")

    def test_on_batch(self, x: Any, y: Any = None, sample_weight: Any = None, **kwargs: Any) -> Any:
        given = self._renamed("test_on_batch", kwargs)
        if given.pop("reset_metrics", True):
            self.reset_metrics()  # type: ignore[attr-defined]
        return super().test_on_batch(x, y, sample_weight=sample_weight, **given)  # type: ignore[misc]

    def _stream(self, method: str, generator: Any, steps: Any, args: tuple, kwargs: dict) -> tuple[Any, dict]:
        in_samples = "val_samples" in kwargs or (self.release.dialect == 1 and "steps" not in kwargs)
        given = self._renamed(method, kwargs)
        steps = given.pop("steps", steps)
        if in_samples and steps is not None:
            return counted(generator, steps), given
        return generator, given | {"steps": steps}

    def _renamed(self, method: str, given: dict[str, Any]) -> dict[str, Any]:
        """Arguments of a training method under today's names, without those that have no effect."""
        result: dict[str, Any] = {}
        for old, value in given.items():
            new = changes.METHOD_ARGUMENTS.get(old, old)
            if new != old:
                notice(f"{method}({old}=...)", f"`{new}`")
            if new not in IGNORED:
                result[new] = value
        return result

    def _take_callbacks(self, given: dict[str, Any]) -> None:
        if given.get("callbacks") is not None:
            given["callbacks"] = callbacks_of(self.release, given["callbacks"])

    def _with_aliases(self, history: Any) -> Any:
        history.history = with_both_names(history.history)
        return history

    def _add_accuracy(self) -> None:
        """Keras 0.x asked for accuracy in `fit` and `evaluate`."""
        notice("show_accuracy=True", "`compile(metrics=['accuracy'])`")
        compiled = self._compiled_with  # type: ignore[attr-defined]
        if not compiled["metrics"]:
            settings = {key: compiled[key] for key in ("optimizer", "loss", "loss_weights")}
            self.compile(**settings, metrics=["accuracy"])

    # -- files

    def save(self, filepath: Any, overwrite: bool = True, include_optimizer: bool = True, **kwargs: Any) -> None:
        """Write the whole model: `.keras` as Keras 3 does, everything else as HDF5 of Keras 2."""
        if str(filepath).endswith(".keras"):
            save_model(self, filepath, overwrite)  # type: ignore[arg-type]
        else:
            writing.save_model(self, filepath, overwrite, include_optimizer)

    def save_weights(self, filepath: Any, overwrite: bool = True, **kwargs: Any) -> None:
        """Write the weights alone, as HDF5 of Keras 2."""
        writing.save_weights(self, filepath, overwrite)

    def load_weights(self, filepath: Any, by_name: bool = False, skip_mismatch: bool = False, **kwargs: Any) -> None:
        """Read weights of any release, matched by the order of the layers, or by their names."""
        if weight_files.is_old(filepath):
            weight_files.load_weights(self, filepath, by_name, skip_mismatch)  # type: ignore[arg-type]
        else:
            load_weights_from(self, filepath, skip_mismatch)  # type: ignore[arg-type]

    def to_json(self, **kwargs: Any) -> str:
        """The architecture as JSON text, see `model_from_json`."""
        return writing.to_json(self, **kwargs)

    def to_yaml(self, **kwargs: Any) -> str:
        """The architecture as YAML text, see `model_from_yaml`."""
        return writing.to_yaml(self, **kwargs)

    @property
    def uses_learning_phase(self) -> bool:
        return True

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


class OldSequential(OldModel):
    """A Sequential whose first layer may join others, and tells the input's shape."""

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
            if tensor is not None and not getattr(item, "built", False):
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
            merged = item(outputs)
        self._stack.append(item)
        self._tensors = [inputs if len(inputs) > 1 else inputs[0], merged]
        self._set_graph(Graph(self._tensors[0], merged))  # type: ignore[attr-defined]


def _first_of(item: Any) -> Any:
    """The layer that says what the input of `item` is: itself, or the one that it wraps."""
    if not isinstance(item, Layer):
        return None
    if item.__dict__.get("_old_input") is not None:
        return item
    inner = getattr(item, "layer", None)
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
        return _made("Sequential", (OldSequential, model_class(release, "Model"), Sequential), {"release": release})  # type: ignore[return-value]
    return _made("Model", (OldModel, base, Model), {"release": release})  # type: ignore[return-value]
