"""TensorBoard: training as event files."""

import os
import time
import warnings
from pathlib import Path
from typing import Any

import jax
import numpy as np

from ..engine.errors import did_you_mean
from ..engine.extras import needed
from ..layers import Embedding
from .callback import Callback, optimizers_of
from .events import EventWriter, as_images


class TensorBoard(Callback):
    """Writes event files that TensorBoard shows: `tensorboard --logdir LOG_DIR`.

    Training is in the folder `train` of the log folder, validation in `validation`. Needs the package `tensorboard`.

    Args:
        log_dir: folder of the files.
        histogram_freq: epochs between histograms of all weights; 0 writes none.
        write_graph: the model's layers and how they are connected.
        write_images: with every histogram also an image of the weight, black its smallest and white its largest value.
        write_steps_per_second: how fast training is.
        update_freq: "epoch", or a number of batches ("batch" is 1) after which the metrics of the epoch so far are
            written as `batch_...`; training runs one step at a time then.
        profile_batch: a batch, counted from 1 through all epochs, or a pair (first, last), in which JAX's profiler
            runs; 0 is none. Training runs one step at a time then.
        embeddings_freq: epochs between copies of the weights of embeddings, for the projector; 0 writes none.
        embeddings_metadata: file of labels for the rows of an embedding: one for all, or a dictionary by the
            layer's name.

    Raises:
        ImportError: `tensorboard` is not installed.
    """

    def __init__(
        self,
        log_dir: Any = "logs",
        histogram_freq: int = 0,
        write_graph: bool = True,
        write_images: bool = False,
        write_steps_per_second: bool = False,
        update_freq: Any = "epoch",
        profile_batch: Any = 0,
        embeddings_freq: int = 0,
        embeddings_metadata: Any = None,
    ):
        super().__init__()
        needed("tensorboard")
        self.log_dir = os.fspath(log_dir)
        self.histogram_freq, self.write_graph, self.write_images = histogram_freq, write_graph, write_images
        self.write_steps_per_second = write_steps_per_second
        self.update_freq = 1 if update_freq == "batch" else update_freq
        if self.update_freq != "epoch" and (not isinstance(self.update_freq, int) or self.update_freq < 1):
            raise ValueError(f"`update_freq` is 'batch', 'epoch' or a number of batches, not {update_freq!r}")
        self.embeddings_freq, self.embeddings_metadata = embeddings_freq, embeddings_metadata
        self._first_profiled, self._last_profiled = _batches(profile_batch)
        self._writers: dict[str, EventWriter] = {}
        self._trained = self._begun_at_step = 0  # batches
        self._is_training = self._is_profiling = False
        self._epoch_begin = self._batch_begin = 0.0

    @property
    def needs_batches(self) -> bool:
        return self.update_freq != "epoch" or self._first_profiled > 0

    def set_model(self, model: Any) -> None:
        super().set_model(model)
        if self.embeddings_freq:
            self._check_metadata()
        if self.write_graph and getattr(model, "_graph", None) is not None:
            try:
                self._writer("train").graph("keras", model.to_json())
            except ValueError as error:
                warnings.warn(f"the model's graph cannot be written down for TensorBoard: {error}", stacklevel=4)

    def _writer(self, run: str) -> EventWriter:
        if run not in self._writers:
            self._writers[run] = EventWriter(os.path.join(self.log_dir, run))
        return self._writers[run]

    def _close(self) -> None:
        for writer in self._writers.values():
            writer.close()
        self._writers = {}

    # -- training

    def on_train_begin(self, logs: Any = None) -> None:
        self._trained, self._is_training = 0, True

    def on_train_end(self, logs: Any = None) -> None:
        self._stop_profiling()
        self._is_training = False
        self._close()

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._epoch_begin, self._begun_at_step = time.perf_counter(), self._steps_done()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._write_epoch(epoch, dict(logs or {}))
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            self._write_weights(epoch)
        if self.embeddings_freq and epoch % self.embeddings_freq == 0:
            self._write_embeddings(epoch)
        for writer in self._writers.values():
            writer.flush()

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        self._trained += 1
        self._batch_begin = time.perf_counter()
        if self._trained == self._first_profiled:
            jax.profiler.start_trace(os.path.join(self.log_dir, "train"))
            self._is_profiling = True

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if self._trained >= self._last_profiled:
            self._stop_profiling()
        if self.update_freq == "epoch" or self._trained % self.update_freq != 0:
            return
        values = dict(logs or {})
        if self.write_steps_per_second:
            values["steps_per_second"] = 1 / max(time.perf_counter() - self._batch_begin, 1e-9)
        self._scalars("train", "batch_{}", values, self._trained)

    def _stop_profiling(self) -> None:
        if self._is_profiling:
            jax.profiler.stop_trace()
            self._is_profiling = False

    def on_test_end(self, logs: Any = None) -> None:
        self._scalars("validation", "evaluation_{}_vs_iterations", logs or {}, self._steps_done())
        if not self._is_training:
            self._close()

    # -- what is written

    def _steps_done(self) -> int:
        return 0 if self.model.optimizer is None else int(self.model.optimizer.iterations)

    def _scalars(self, run: str, tag: str, values: dict[str, Any], step: int) -> None:
        for name, value in values.items():
            if np.ndim(value) == 0:
                self._writer(run).scalar(tag.format(name), float(value), step)

    def _write_epoch(self, epoch: int, logs: dict[str, Any]) -> None:
        validation = {name.removeprefix("val_"): value for name, value in logs.items() if name.startswith("val_")}
        training = {name: value for name, value in logs.items() if not name.startswith("val_")}
        if self.model.optimizer is not None:
            training |= {name: optimizer.learning_rate for name, optimizer in optimizers_of(self.model)}
        if self.write_steps_per_second:
            seconds = max(time.perf_counter() - self._epoch_begin, 1e-9)
            training["steps_per_second"] = (self._steps_done() - self._begun_at_step) / seconds
        self._scalars("train", "epoch_{}", {name: np.asarray(value) for name, value in training.items()}, epoch)
        self._scalars("validation", "epoch_{}", validation, epoch)

    def _write_weights(self, epoch: int) -> None:
        writer = self._writer("train")
        for weight in self.model.weights:
            writer.histogram(f"{weight.path}/histogram", weight.numpy(), epoch)
            images = as_images(weight.numpy()) if self.write_images else None
            if images is not None:
                writer.images(f"{weight.path}/image", images, epoch)

    # -- embeddings

    def _embeddings(self) -> list[Any]:
        return [layer for layer in self.model._flatten_layers() if isinstance(layer, Embedding)]

    def _check_metadata(self) -> None:
        names = [layer.name for layer in self._embeddings()]
        if isinstance(self.embeddings_metadata, dict):
            for name in self.embeddings_metadata:
                if name not in names:
                    raise ValueError(
                        f"`embeddings_metadata` names {name!r}, which is no embedding of the model"
                        f"{did_you_mean(name, names)} (embeddings: {', '.join(names) or 'none'})"
                    )

    def _write_embeddings(self, epoch: int) -> None:
        """A table of each embedding, and the projector's configuration, which names the last ones."""
        config = needed("tensorboard.plugins.projector").ProjectorConfig()
        for layer in self._embeddings():
            table = Path(self.log_dir, "train", f"{layer.name}-{epoch}.tsv")
            table.parent.mkdir(parents=True, exist_ok=True)
            np.savetxt(table, np.asarray(layer.embeddings, np.float32), fmt="%.7g", delimiter="\t")
            entry = config.embeddings.add(tensor_name=layer.name, tensor_path=os.path.relpath(table, self.log_dir))
            metadata = self.embeddings_metadata
            metadata = metadata.get(layer.name) if isinstance(metadata, dict) else metadata
            if metadata is not None:
                entry.metadata_path = os.fspath(metadata)
        text = needed("google.protobuf.text_format").MessageToString(config)
        Path(self.log_dir, "projector_config.pbtxt").write_text(text, encoding="utf-8")


def _batches(given: Any) -> tuple[int, int]:
    """First and last batch to profile; (0, 0) for none."""
    found = given
    if isinstance(found, str):
        parts = found.split(",")
        found = [int(part) for part in parts] if all(part.strip().isdigit() for part in parts) else None
        found = found[0] if found and len(found) == 1 else found
    if isinstance(found, int) and not isinstance(found, bool):
        found = (found, found)
    if not isinstance(found, (tuple, list)) or len(found) != 2 or not 0 <= found[0] <= found[1]:
        raise ValueError(f"`profile_batch` is a batch, counted from 1, or a pair (first, last), not {given!r}")
    return found[0], found[1]
