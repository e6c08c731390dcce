"""Layers around a layer."""

from typing import Any

import jax
import jax.numpy as jnp

from ..engine.configs import FAMILIES
from ..engine.errors import ShapeError, format_shape
from ..engine.layer import Layer
from .arguments import describe, seen_shape


class Wrapper(Layer):
    """A layer around another; a subclass says what it does with it.

    Args:
        layer: the layer inside.

    Raises:
        TypeError: it is no layer.
    """

    def __init__(self, layer: Any, **kwargs: Any):
        layer = inner_layer(type(self).__name__, layer)
        super().__init__(**kwargs)
        self.layer = layer

    def build(self, input_shape=None):
        if not self.layer.built:
            build_for(self.layer, input_shape)


def inner_layer(owner: str, layer: Any) -> Layer:
    """`layer`, made from its configuration if need be."""
    layer = FAMILIES["layer"].get(layer) if isinstance(layer, dict) else layer
    if not isinstance(layer, Layer):
        raise TypeError(f"{owner} goes around a layer, not {layer!r}")
    return layer


def build_for(layer: Layer, shape: Any) -> None:
    """Build a layer for inputs of this shape, whether it has a `build` of its own or not."""
    layer.build_from_config({"input_shape": shape})
    layer.built = True


class TimeDistributed(Wrapper):
    """The same layer at every step.

    Args:
        layer: applied to (batch, ...) of each step.

    Shapes:
        inputs: (batch, steps, ...)
        output: (batch, steps, ...)

    Mask: goes through; the layer gets that of each step if it takes one.
    """

    def __init__(self, layer: Any, **kwargs: Any):
        super().__init__(layer, **kwargs)
        self.supports_masking = True

    def build(self, input_shape):
        if len(input_shape) < 3:
            raise ShapeError(
                f"{describe(self)} needs inputs (batch, steps, ...), at least 3 axes; got {format_shape(input_shape)}"
            )
        super().build((input_shape[0], *input_shape[2:]))

    def call(self, inputs, training=None, mask=None):
        if inputs.ndim < 3:
            raise ShapeError(f"{describe(self)} needs inputs (batch, steps, ...); got {seen_shape(inputs)}")
        batch, steps = inputs.shape[:2]
        rows = inputs.reshape(batch * steps, *inputs.shape[2:])
        masks = None
        if mask is not None and mask.ndim > 2:  # a mask of what lies inside a step
            masks = ((mask.reshape(batch * steps, *mask.shape[2:]),), {})
        outputs, _ = self.layer.run((rows,), {"training": training}, masks)
        return jax.tree.map(lambda y: jnp.reshape(y, (batch, steps, *y.shape[1:])), outputs)
