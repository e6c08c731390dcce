"""The releases of Keras that can be spoken, and what tells them apart."""

from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Release:
    """Facts of one release that change numbers or names; the rest is in the tables of names.

    Args:
        version: as `keras.__version__` said then.
        dialect: 1, 2 or 3: whose names and argument orders come first.
        is_tensorflow: whether it is `tf.keras`.
        backend: what it ran on; Theano flips the kernels of convolutions.
        accuracy: what "accuracy" is called in histories.
        formulas: which optimizer formulas: "keras1", "keras2", "tf1", "tf2", "keras3".
        rate_name: what optimizers write their learning rate as.
        fuzz: default of the optimizers' `epsilon`; None is that of the backend.
        gate_activation: default of the gates of LSTM and GRU.
        reset_after: default of GRU's `reset_after`.
        masked_loss: a masked loss is divided by the steps "kept", or by "all" steps.
        first_name: automatic names begin with `dense_1` (1) or `dense` (0).
    """

    version: str
    dialect: int
    is_tensorflow: bool = False
    backend: str = "tensorflow"
    accuracy: str = "acc"
    formulas: str = "keras2"
    rate_name: str = "lr"
    fuzz: float | None = None
    gate_activation: str = "hard_sigmoid"
    reset_after: bool = False
    masked_loss: str = "kept"
    first_name: int = 1

    @property
    def is_before_2_3(self) -> bool:
        """Keras as a library of its own, before losses and metrics had classes."""
        return self.formulas in ("keras1", "keras2") and self.rate_name == "lr"

    @property
    def refuses_masks(self) -> bool:
        """Whether a layer that does not support masks raises when it gets one; tf.keras and Keras 3 drop it."""
        return self.dialect < 3 and not self.is_tensorflow

    @property
    def frozen_means_inference(self) -> bool:
        """Whether batch normalization that is not trainable uses its moving averages while the model trains."""
        return self.formulas in ("tf2", "keras3")

    @property
    def lonely_merge(self) -> bool:
        """Whether a merge takes a list of one branch."""
        return self.formulas in ("tf2", "keras3")

    @property
    def matmul_dot(self) -> bool:
        """Whether Dot multiplies matrices of the last two axes, as TensorFlow did, whatever axes there are besides."""
        return self.version in ("2.0.9", "2.2.4", "2.2.4-tf") and self.backend == "tensorflow"

    @property
    def zero_debias(self) -> bool:
        """Whether moving averages of batch normalization forget what they began with: TensorFlow's, before 2.3."""
        return self.version in ("2.0.9", "2.2.4") and self.backend == "tensorflow"


_NEW: dict[str, Any] = {
    "rate_name": "learning_rate", "accuracy": "accuracy", "gate_activation": "sigmoid", "reset_after": True,
    "first_name": 0,
}  # fmt: skip
RELEASES = {
    release.version: release
    for release in (
        Release("1.2.2", 1, formulas="keras1", fuzz=1e-8),
        Release("2.0.9", 2, fuzz=1e-8),
        Release("2.2.4", 2),
        Release("2.2.4-tf", 2, is_tensorflow=True, formulas="tf1", rate_name="learning_rate", masked_loss="all",
                first_name=0),
        Release("2.3.1", 2, rate_name="learning_rate", accuracy="accuracy", gate_activation="sigmoid",
                masked_loss="all"),
        Release("2.15.0", 2, is_tensorflow=True, formulas="tf2", **_NEW),
        Release("3.15.1", 3, formulas="keras3", **_NEW),
    )
}  # fmt: skip

NEWEST = {1: "1.2.2", 2: "2.2.4", 3: "3.15.1"}  # which release stands for a dialect


def find_release(which: "int | str | Release", backend: str | None = None) -> Release:
    """A release by dialect (1, 2, 3) or version ("2.3.1", "2.2.4-tf").

    Raises:
        ValueError: there is no such release; those known are listed.
    """
    if isinstance(which, Release):
        found = which
    else:
        version = NEWEST.get(int(which) if str(which) in ("1", "2", "3") else 0, str(which))
        if version not in RELEASES:
            raise ValueError(f"no release {which!r} of Keras is known here; known: 1, 2, 3, {', '.join(RELEASES)}")
        found = RELEASES[version]
    return found if backend is None else replace(found, backend=backend)


class _Spoken:
    """The installed release: one for the process, like the modules that it answers for."""

    release: Release | None = None
    is_earliest = False


def current_release() -> Release:
    """The installed release; Keras 3's where none is."""
    return _Spoken.release or RELEASES[NEWEST[3]]


def speak(release: Release | None) -> None:
    """Make `release` the current one."""
    _Spoken.release = release
    note_earliest(False)


def is_earliest() -> bool:
    """Whether a call was met that only Keras before 0.2 had: others that could be either are of it, too."""
    return _Spoken.is_earliest


def note_earliest(met: bool = True) -> None:
    """Such a call was met; with False, a new script begins."""
    _Spoken.is_earliest = met
