"""Files of Keras 1 and 2: `.h5` models and weights, JSON and YAML architectures. Reading them never runs code."""

from .architecture import layer_from, model_from_config, model_from_json, model_from_yaml
from .hdf5 import load_model, load_weights, release_of_file
from .writing import save_model, save_weights, to_json, to_yaml

__all__ = [
    "layer_from", "load_model", "load_weights", "model_from_config", "model_from_json", "model_from_yaml",
    "release_of_file", "save_model", "save_weights", "to_json", "to_yaml",
]  # fmt: skip
