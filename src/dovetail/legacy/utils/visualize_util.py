"""`keras.utils.visualize_util` of Keras 1: see `vis_utils`."""

from .vis_utils import model_to_dot, plot

__all__ = ["model_to_dot", "plot"]
