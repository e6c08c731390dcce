"""compile, fit, evaluate and predict as old releases had them: orders of arguments, counts in samples, weights."""

import functools
import warnings
from typing import Any

import jax
import numpy as np

from ..engine.configs import is_builtin
from ..training.data import is_stream
from . import changes, drawn_training
from .arguments import check_known
from .backend.functions import function
from .callbacks import OldCallbackList, with_both_names
from .notices import notice
from .numpy_old import returned
from .objective import OldObjective, names_before
from .optimizers import optimizer_of, todays_config, with_own_slots
from .releases import Release, is_earliest
from .streams import counted

# arguments of methods that have no effect here: threads and processes are the library's own affair
IGNORED = ("workers", "max_queue_size", "use_multiprocessing")
# arguments of `compile` that need not be said any more
UNNEEDED = ("sample_weight_mode", "class_mode", "theano_mode", "mode", "experimental_run_tf_function", "options",
            "run_metadata", "steps_per_execution", "jit_compile", "distribute", "target_tensors", "cloning",
            "pss_evaluation_shards")  # fmt: skip
CLASS_MODES = ("categorical", "binary")

# positional orders after the data
FIT = ("batch_size", "epochs", "verbose", "callbacks", "validation_split", "validation_data", "shuffle", "class_weight",
       "sample_weight", "initial_epoch", "steps_per_epoch", "validation_steps")  # fmt: skip
STREAMED = ("steps_per_epoch", "epochs", "verbose", "callbacks", "validation_data", "validation_steps", "class_weight",
            "max_queue_size", "workers", "use_multiprocessing", "shuffle", "initial_epoch")  # fmt: skip
STREAMED_IN_KERAS_1 = (*STREAMED[:10], "initial_epoch")
STREAMED_SINCE_2_3 = (*STREAMED[:6], "validation_freq", *STREAMED[6:])


class OldTraining:
    """The part of an old model that trains it; mixed in before one of today."""

    release: Release
    _callback_list = OldCallbackList
    _fit_facts: dict[str, Any] | None = None

    # -- compile

    def __getattr__(self, name: str) -> Any:
        is_drawn = name in drawn_training.NAMES and self.__dict__.get("_objective") is not None
        if is_drawn and self._graph is not None:  # type: ignore[attr-defined]
            return getattr(drawn_training.drawn_training(self), name)
        return super().__getattr__(name)  # type: ignore[misc]

    def _make_predict_function(self) -> None:
        """Programs are made when they are first wanted, in any thread; `predict_function` is there to be called."""
        if self._graph is not None and self.release.formulas not in ("tf2", "keras3"):  # type: ignore[attr-defined]
            object.__setattr__(self, "predict_function", function(self.inputs, self.outputs))  # type: ignore[attr-defined]

    def _make_train_function(self) -> None:
        """Nothing to do."""

    _make_test_function = _make_train_function

    @property
    def _objective_class(self) -> Any:
        return functools.partial(OldObjective, self.release)

    def get_compile_config(self) -> dict[str, Any] | None:
        """As today's, the optimizer with the arguments that today's has."""
        config = super().get_compile_config()  # type: ignore[misc]
        if config is not None and isinstance(config.get("optimizer"), dict):
            config["optimizer"] = todays_config(config["optimizer"])
        return config

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

    # -- fit

    def fit(self, x: Any = None, y: Any = None, *args: Any, **kwargs: Any) -> Any:
        """As today's; `nb_epoch` is `epochs`, 10 where Keras 1 is told neither, and 100 before 0.2."""
        given = self._renamed("fit", dict(zip(FIT, args, strict=False)) | kwargs)
        x, y = given.pop("x", x), given.pop("y", y)
        given.setdefault("verbose", 1)
        if self.release.dialect == 1:
            given.setdefault("epochs", 100 if is_earliest() else 10)
            given.setdefault("batch_size", 128 if is_earliest() else None)
        if given.pop("show_accuracy", False):
            self._add_accuracy()
        if given.get("shuffle") == "batch":
            given["shuffle"] = True
        self._weigh_classes(given)
        self._note_facts(x, y, given)
        return self._with_aliases(super().fit(x, y, **given))  # type: ignore[misc]

    def fit_generator(self, generator: Any = None, *args: Any, **kwargs: Any) -> Any:
        """`fit` on a stream. Keras 1 counted an epoch, and validation, in samples."""
        notice("fit_generator", "`fit`")
        first = self.release.dialect == 1
        order = STREAMED_SINCE_2_3 if not self.release.is_before_2_3 else STREAMED_IN_KERAS_1 if first else STREAMED
        in_samples = "samples_per_epoch" in kwargs or (first and "steps_per_epoch" not in kwargs)
        validated_in_samples = "nb_val_samples" in kwargs or (first and "validation_steps" not in kwargs)
        given = self._renamed("fit_generator", dict(zip(order, args, strict=False)) | kwargs)
        generator = given.pop("generator", generator)
        given.setdefault("verbose", 1)
        if given.pop("show_accuracy", False):
            self._add_accuracy()
        self._weigh_classes(given)
        validation, count = given.get("validation_data"), given.get("validation_steps")
        if validation is not None and validated_in_samples:
            given.pop("validation_steps", None)
            if count is not None and not isinstance(validation, (tuple, list)):
                given["validation_data"] = counted(validation, count)
        if isinstance(validation, (tuple, list)):
            given.pop("validation_steps", None)
        self._note_facts(generator, None, given)
        if in_samples and given.get("steps_per_epoch") is not None:
            generator = counted(generator, given.pop("steps_per_epoch"))
        return self._with_aliases(super().fit(generator, **given))  # type: ignore[misc]

    def _weigh_classes(self, given: dict[str, Any]) -> None:
        """Class weights are a dictionary (for several outputs of them); anything else was silently ignored."""
        weights = given.get("class_weight")
        tables = weights if isinstance(weights, (list, tuple)) and not isinstance(weights, str) else [weights]
        if any(table is not None and not isinstance(table, dict) for table in tables):
            warnings.warn(
                f"class_weight={weights!r} has no effect, as it had none in Keras {self.release.version}: give a "
                "dictionary from class to weight",
                stacklevel=3,
            )
            given["class_weight"] = None

    def _note_facts(self, x: Any, y: Any, given: dict[str, Any]) -> None:
        """What callbacks are told of a call of `fit`."""
        streamed = x is None or is_stream(x)
        batch_size = None if streamed else given.get("batch_size") or 32
        samples = None if streamed else _size(x)
        split = given.get("validation_split") or 0.0
        kept = samples if samples is None or not split else int(samples * (1 - split))
        validates = bool(split) or given.get("validation_data") is not None
        self._fit_facts = {
            "batch_size": batch_size, "samples": kept, "nb_sample": kept, "do_validation": validates,
            "metrics": self._reported_names(validates), "validation_data": None,
        }  # fmt: skip
        callbacks = given.get("callbacks") or []
        callbacks = callbacks if isinstance(callbacks, (list, tuple)) else [callbacks]
        if validates and any(not is_builtin(type(callback)) for callback in callbacks):
            validation = given.get("validation_data")
            if validation is None:
                parts = (x, y, given.get("sample_weight"))
                validation = [jax.tree.map(lambda array: array[kept:], part) for part in parts]
            if isinstance(validation, (tuple, list)):
                self._fit_facts["validation_data"] = self._as_one_list(*validation)

    def _reported_names(self, validates: bool) -> list[str]:
        names = list(self.metrics_names)
        return names + [f"val_{name}" for name in names] if validates else names

    def _as_one_list(self, x: Any, y: Any, sample_weight: Any = None) -> list[Any]:
        """Inputs, targets and a weight for each sample, as callbacks found them in `validation_data`."""
        names = self.input_names if self._graph is not None else []  # type: ignore[attr-defined]
        inputs = [x[name] for name in names] if isinstance(x, dict) else x if isinstance(x, (list, tuple)) else [x]
        targets = list(y.values()) if isinstance(y, dict) else y if isinstance(y, (list, tuple)) else [y]
        weights = sample_weight if isinstance(sample_weight, (list, tuple)) else [sample_weight] * len(targets)
        size = len(inputs[0])
        weights = [np.ones(size, np.float32) if weight is None else weight for weight in weights]
        return [*inputs, *targets, *weights]

    # -- evaluate and predict

    def evaluate(
        self, x: Any = None, y: Any = None, batch_size: Any = None, verbose: Any = 1, sample_weight: Any = None,
        steps: Any = None, **kwargs: Any,
    ) -> Any:  # fmt: skip
        """As today's: the loss, or a list with it and the metrics."""
        given = self._renamed("evaluate", kwargs)
        if given.pop("show_accuracy", False):
            self._add_accuracy()
        x = given.pop("x", x)
        return super().evaluate(  # type: ignore[misc]
            x, y, batch_size=batch_size, verbose=verbose, sample_weight=sample_weight, steps=steps, **given
        )

    def evaluate_generator(self, generator: Any, steps: Any = None, *args: Any, **kwargs: Any) -> Any:
        """`evaluate` on a stream; Keras 1 counted in samples."""
        notice("evaluate_generator", "`evaluate`")
        source, given = self._stream("evaluate_generator", generator, steps, args, kwargs)
        return super().evaluate(source, **({"verbose": 0} | given))  # type: ignore[misc]

    def predict(self, x: Any = None, batch_size: Any = None, verbose: Any = 0, steps: Any = None, **kwargs: Any) -> Any:
        """The outputs, as arrays."""
        given = self._renamed("predict", kwargs)
        x = given.pop("x", x)
        predicted = super().predict(x, batch_size=batch_size, verbose=verbose, steps=steps, **given)  # type: ignore[misc]
        return returned(predicted)

    def predict_on_batch(self, x: Any) -> Any:
        """The outputs of one batch, as arrays."""
        return returned(super().predict_on_batch(x))  # type: ignore[misc]

    def predict_generator(self, generator: Any, steps: Any = None, *args: Any, **kwargs: Any) -> Any:
        """`predict` on a stream; Keras 1 counted in samples."""
        notice("predict_generator", "`predict`")
        source, given = self._stream("predict_generator", generator, steps, args, kwargs)
        return returned(super().predict(source, **({"verbose": 0} | given)))  # type: ignore[misc]

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

    def _stream(self, method: str, generator: Any, steps: Any, args: tuple, kwargs: dict) -> tuple[Any, dict]:
        """The stream and the arguments of today: counts are of samples in Keras 1."""
        in_samples = "val_samples" in kwargs or (self.release.dialect == 1 and "steps" not in kwargs)
        given = self._renamed(method, kwargs)
        if given.pop("show_accuracy", False):
            self._add_accuracy()
        if args and isinstance(args[0], (list, tuple)):  # since 2.3 callbacks come first
            given["callbacks"] = args[0]
        steps = given.pop("steps", steps)
        if in_samples and steps is not None:
            return counted(generator, steps), given
        return generator, given | {"steps": steps}

    # -- one batch

    def train_on_batch(self, x: Any, y: Any = None, *args: Any, **kwargs: Any) -> Any:
        """One update on one batch; loss and metrics of this batch alone."""
        given = self._renamed("train_on_batch", dict(zip(self._batch_order, args, strict=False)) | kwargs)
        if given.pop("reset_metrics", True):
            self.reset_metrics()  # type: ignore[attr-defined]
        if given.pop("accuracy", False):
            self._add_accuracy()
        self._weigh_classes(given)
        return super().train_on_batch(x, y, **given)  # type: ignore[misc]

    _batch_order = ("sample_weight", "class_weight", "reset_metrics")

    def test_on_batch(self, x: Any, y: Any = None, sample_weight: Any = None, *args: Any, **kwargs: Any) -> Any:
        """Loss and metrics of one batch."""
        given = self._renamed("test_on_batch", dict(zip(("reset_metrics",), args, strict=False)) | kwargs)
        if given.pop("reset_metrics", True):
            self.reset_metrics()  # type: ignore[attr-defined]
        if given.pop("accuracy", False):
            self._add_accuracy()
        return super().test_on_batch(x, y, sample_weight=sample_weight, **given)  # type: ignore[misc]

    # -- inside

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


def _size(x: Any) -> int:
    """The number of samples: of an array, however it is written, or of the first of several."""
    leaf = jax.tree.leaves(x)[0]
    return len(leaf) if np.ndim(leaf) else len(x)
