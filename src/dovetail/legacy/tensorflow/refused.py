"""Names of TensorFlow that nothing here answers for: using one says so, where, and what to do instead."""

import sys
from pathlib import Path
from typing import Any, NoReturn

_PACKAGE = __name__.partition(".")[0]


class Refused:
    """A name that raises when it is called, subclassed, or asked for something."""

    def __init__(self, name: str, instead: str):
        self.__dict__.update(_name=name, _instead=instead)

    def _refuse(self) -> NoReturn:
        raise NotImplementedError(f"{place()}tf.{self._name} is not there: {self._instead}")

    def __call__(self, *args: Any, **kwargs: Any) -> NoReturn:
        self._refuse()

    def __mro_entries__(self, bases: Any) -> NoReturn:
        self._refuse()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        self._refuse()

    def __repr__(self) -> str:
        return f"<tf.{self._name}: not there>"


def place() -> str:
    """The line of the script that runs, for messages: `line 12 of train.py: `."""
    frame = sys._getframe()
    while frame is not None and (_is_own(frame) or frame.f_code.co_filename.startswith("<frozen")):
        frame = frame.f_back
    return f"line {frame.f_lineno} of {Path(frame.f_code.co_filename).name}: " if frame is not None else ""


def _is_own(frame: Any) -> bool:
    """Whether it runs code of this library."""
    return str(frame.f_globals.get("__name__")).partition(".")[0] == _PACKAGE


_FIT = (
    "models are trained by `compile` and `fit`; for steps of your own override `Model.compute_loss` or `train_step`, "
    "or take derivatives with jax.grad of `model.stateless_call`"
)
_LAYERS = "use tf.keras.layers, whose layers hold their variables"
_FILES = "use model.save / save_weights and tf.keras.models.load_model / load_weights"
_LOGS = "use callbacks (tf.keras.callbacks.CSVLogger, or one of your own)"
REFUSED = {
    "GradientTape": _FIT,
    "AggregationMethod": _FIT,
    "IndexedSlices": "arrays are dense here: gradients of embeddings, too",
    "RaggedTensor": "arrays are dense here: pad sequences (tf.keras.utils.pad_sequences), with a mask",
    "SparseTensor": "arrays are dense here: use a dense array",
    "TensorArray": "collect values in a list and tf.stack them, or use tf.scan or tf.map_fn",
    "contrib": "it went with TensorFlow 1; use tf.keras.layers and tf.keras.utils",
    "estimator": "use a tf.keras model with `compile` and `fit`",
    "feature_column": "use layers (Embedding, CategoryEncoding, Normalization) on arrays",
    "hessians": "use K.gradients of K.gradients, or jax.hessian",
    "import_graph_def": _FILES,
    "layers": _LAYERS,
    "lite": "there is no converter to TensorFlow Lite; `model.export` writes what other programs run",
    "queue": "use tf.data.Dataset",
    "ragged": "arrays are dense here: pad sequences, with a mask",
    "raw_ops": "use the function of `tf` with the same meaning",
    "saved_model": _FILES,
    "sparse": "arrays are dense here: use dense arrays",
    "sparse_placeholder": "arrays are dense here: use tf.keras.Input",
    "sparse_tensor_to_dense": "arrays are dense here",
    "trainable_variables": "use model.trainable_weights",
    "global_variables": "use model.weights",
    "get_collection": "use model.weights and model.losses",
    "add_to_collection": "use model.add_loss, or attributes of your own",
}
TRAIN = {
    "Checkpoint": _FILES, "CheckpointManager": _FILES, "Saver": _FILES, "get_checkpoint_state": _FILES,
    "load_checkpoint": _FILES, "list_variables": _FILES,
    "Coordinator": "use tf.data.Dataset", "start_queue_runners": "use tf.data.Dataset", "batch": "use tf.data.Dataset",
    "shuffle_batch": "use tf.data.Dataset", "MonitoredTrainingSession": _FIT,
    "exponential_decay": "use tf.keras.optimizers.schedules.ExponentialDecay", "FileWriter": _LOGS,
    "ExponentialMovingAverage": "give the optimizer use_ema=True", "get_or_create_global_step": _FIT,
    "get_global_step": _FIT, "write_graph": _FILES, "import_meta_graph": _FILES,
}  # fmt: skip
IO = {
    "parse_sequence_example": "use parse_single_example",
    "decode_proto": "read records into arrays first",
}


def refused(table: dict[str, str], prefix: str = "") -> dict[str, Refused]:
    """The names of a table, each refused with its advice."""
    return {name: Refused(prefix + name, instead) for name, instead in table.items()}
