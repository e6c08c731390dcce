"""Checkpoints that `OrbaxCheckpoint` wrote, read back."""

import json
from pathlib import Path
from typing import Any

import jax

from ..engine.extras import needed
from .weights import WeightsFileError

STATE, CONFIG = "pytree", "model_config"


def is_checkpoint_folder(path: Path) -> bool:
    """Whether a folder holds checkpoints: folders named by number, each with a state."""
    return path.is_dir() and any(_steps(path))


def _steps(path: Path) -> list[int]:
    return [int(part.name) for part in path.iterdir() if part.name.isdigit() and (part / STATE).exists()]


def load_checkpoint(model: Any, path: Path) -> None:
    """Read the last checkpoint in a folder into the model; a checkpoint of weights alone leaves the rest as it is.

    Raises:
        WeightsFileError: the checkpoint is of another model.
    """
    orbax = needed("orbax.checkpoint")
    step = max(_steps(path))
    if model.optimizer is not None and not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)
    with orbax.StandardCheckpointer() as reader:
        folder = path.absolute() / str(step) / STATE
        stored: Any = reader.metadata(folder).item_metadata.tree
        known = {group: nested for group, nested in model.get_state_tree().items() if group in stored}
        if not known.get("metrics_variables"):
            known.pop("metrics_variables", None)
        wanted = {group: jax.tree.map(_shape, nested) for group, nested in known.items()}
        differing = [
            jax.tree_util.keystr(key)
            for key, shape in _shapes(wanted).items()
            if tuple(shape.shape) != tuple(getattr(_shapes(stored).get(key), "shape", (None,)))
        ]
        if differing:
            raise WeightsFileError(f"checkpoint {step} in {str(path)!r} is of another model: {', '.join(differing)}")
        found = reader.restore(
            folder, {group: wanted.get(group, jax.tree.map(_shape, stored[group])) for group in stored}
        )
    model.set_state_tree({group: found[group] for group in wanted})


def read_config(path: Path) -> str | None:
    """The architecture as JSON text; None where the checkpoint holds the weights alone."""
    file = path / str(max(_steps(path))) / CONFIG / "metadata"
    return json.loads(file.read_text())["config"] if file.exists() else None


def _shape(array: Any) -> Any:
    return jax.ShapeDtypeStruct(array.shape, array.dtype)


def _shapes(tree: Any) -> dict[Any, Any]:
    return dict(jax.tree_util.tree_flatten_with_path(tree)[0])
