"""Layers that Keras had before 1.0 and dropped: AutoEncoder, and the three recurrent layers found by search."""

import warnings
from typing import Any

import jax.numpy as jnp
import numpy as np

from ...engine.layer import Layer
from ...layers.arguments import one_of
from .recurrent import Gated


class AutoEncoder(Layer):
    """`decoder(encoder(x))`; in inference, without `output_reconstruction`, `encoder(x)`.

    Args:
        encoder, decoder: layers or models.
        output_reconstruction: whether predictions are reconstructions; if not, they are the encoder's output.
        tie_weights: has no effect, and a warning says so.
    """

    def __init__(
        self, encoder: Any, decoder: Any, output_reconstruction: bool = True, tie_weights: bool = False, **kwargs: Any
    ):
        super().__init__(**kwargs)
        if tie_weights:
            warnings.warn("AutoEncoder(tie_weights=True): encoder and decoder keep weights of their own", stacklevel=3)
        self.encoder, self.decoder = encoder, decoder
        self.output_reconstruction = output_reconstruction

    def call(self, x, training=False):
        hidden = self.encoder(x)
        reconstruction = self.decoder(hidden)  # also where it is not asked for, so that all weights are there
        return reconstruction if training or self.output_reconstruction else hidden

    @property
    def hidden(self) -> Any:
        """The encoder's output."""
        return self.encoder.output


class TimeDistributedMerge(Layer):
    """The sum ("sum"), mean ("ave") or product ("mul") of all steps.

    Shapes:
        x: (batch, steps, features)
        output: (batch, features)
    """

    def __init__(self, mode: str = "sum", **kwargs: Any):
        super().__init__(**kwargs)
        self.mode = one_of("mode", mode, tuple(OVER_STEPS))

    def call(self, x):
        return OVER_STEPS[self.mode](x, axis=1)


OVER_STEPS = {"sum": jnp.sum, "ave": jnp.mean, "mul": jnp.prod}


class Searched(Gated):
    """A recurrent unit found by search: `h = z * activation(...) + (1 - z) * h`. Arguments as of GRU.

    A subclass lists its weights and writes `parts`. `P` brings the inputs to the size of the state: the identity where
    they have it, else random signs; it is trained with the rest.

    Shapes:
        x: (batch, steps, features)
        output: (batch, units), or (batch, steps, units)

    Reference: Jozefowicz et al. 2015, "An Empirical Exploration of Recurrent Network Architectures", MUT1 to MUT3.
    """

    gates = blocks = "zrh"
    not_in_config = ("unit_forget_bias",)
    listed: str

    def _add_weights(self, inputs, outputs):
        for name in self.listed.split():
            if name == "P":
                weight = self.add_weight(name=name, shape=(*inputs, *outputs), initializer=_projection)
            elif name[0] == "b":
                weight = self._bias(name, name[-1])
            else:
                initializer = self.kernel_initializer if name[0] == "W" else self.recurrent_initializer
                weight = self._kernel(name, (*(inputs if name[0] == "W" else outputs), self.units), False, initializer)
            setattr(self, name, weight)

    def preprocess_input(self, x):
        return x

    def get_constants(self, x):
        return []

    def step(self, x, states):
        h = states[0]
        z, new = self.parts(x, h)
        h = z * new + (1 - z) * h
        return h, [h]

    def parts(self, x: Any, h: Any) -> tuple[Any, Any]:
        """The gate z, and the new value."""
        raise NotImplementedError


class JZS1(Searched):
    """MUT1: z is of the inputs alone, which are added to the new value as they are. See `Searched`."""

    listed = "W_z b_z W_r U_r b_r U_h b_h P"

    def parts(self, x, h):
        z = self.recurrent_activation(x @ self.W_z.value + self.b_z.value)
        r = self.recurrent_activation(x @ self.W_r.value + h @ self.U_r.value + self.b_r.value)
        return z, self.activation((r * h) @ self.U_h.value + jnp.tanh(x @ self.P.value) + self.b_h.value)


class JZS2(Searched):
    """MUT2: r sees the inputs as they are. See `Searched`."""

    listed = "W_z U_z b_z U_r b_r W_h U_h b_h P"

    def parts(self, x, h):
        z = self.recurrent_activation(x @ self.W_z.value + h @ self.U_z.value + self.b_z.value)
        r = self.recurrent_activation(x @ self.P.value + h @ self.U_r.value + self.b_r.value)
        return z, self.activation((r * h) @ self.U_h.value + x @ self.W_h.value + self.b_h.value)


class JZS3(Searched):
    """MUT3: a GRU whose z sees the state through a hyperbolic tangent. See `Searched`."""

    listed = "W_z U_z b_z W_r U_r b_r W_h U_h b_h"

    def parts(self, x, h):
        z = self.recurrent_activation(x @ self.W_z.value + jnp.tanh(h) @ self.U_z.value + self.b_z.value)
        r = self.recurrent_activation(x @ self.W_r.value + h @ self.U_r.value + self.b_r.value)
        return z, self.activation((r * h) @ self.U_h.value + x @ self.W_h.value + self.b_h.value)


def _projection(shape: tuple[int, int], dtype: Any) -> Any:
    size, units = shape
    if size == units:
        return np.eye(units, dtype=dtype)
    return np.where(np.random.rand(size, units) < 0.5, -1.0, 1.0).astype(dtype) / np.sqrt(size).astype(dtype)
