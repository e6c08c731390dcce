"""Pipeline: layers after one another, as one layer."""

from typing import Any

import jax

from ...engine.configs import revive
from ...engine.layer import Layer
from ...engine.masks import get_mask, set_mask


class Pipeline(Layer):
    """Layers after one another. Called on its own it is in training, as augmentation wants it.

    Args:
        layers: a list of them.

    Example:
        >>> import jax.numpy as jnp
        >>> from dovetail.layers import Rescaling
        >>> Pipeline([Rescaling(0.5), Rescaling(1.0, offset=1.0)])(jnp.array([[4.0]]))
        Array([[3.]], dtype=float32)
    """

    def __init__(self, layers: Any, name: str | None = None):
        super().__init__(name=name)
        if not isinstance(layers, (list, tuple)):
            raise TypeError(f"Pipeline takes a list of layers, not {layers!r}")
        self.layers = [revive(layer) for layer in layers]
        for layer in self.layers:
            if not callable(layer):
                raise TypeError(f"Pipeline takes a list of layers; {layer!r} is none")

    def call(self, inputs, training=True, mask=None):
        if mask is not None:
            for array, one in zip(jax.tree.leaves(inputs), jax.tree.leaves(mask), strict=False):
                set_mask(array, one)
        for layer in self.layers:
            inputs = layer(inputs, training=training)
        return inputs

    def _call_with_masks(self, args, kwargs, masks):
        outputs = self.call(*args, **kwargs)
        return outputs, [get_mask(output) for output in jax.tree.leaves(outputs)]
