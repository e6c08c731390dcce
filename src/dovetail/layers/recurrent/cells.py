"""Cells: one step of a recurrent layer."""

from typing import Any

import jax.numpy as jnp
import numpy as np

from ... import activations, constraints, initializers, regularizers
from ...engine.errors import ShapeError, format_shape
from ...engine.layer import Layer
from ...engine.randomness import SeedGenerator
from ..arguments import describe, positive_int, settings, share
from ..regularization import drop


class Cell(Layer):
    """What cells share: `gates` products of the input and of the state, and dropout on both.

    Args:
        units: size of the output and of each state.
        activation, recurrent_activation: of the output, and of the gates.
        dropout, recurrent_dropout: shares of the inputs and of the state that are dropped, the same at every step.
        seed: of the dropout.
        implementation: 1 for masks of dropout of its own for each gate, as there always are with `recurrent_dropout`.

    Weights:
        kernel: (features, gates * units)
        recurrent_kernel: (units, gates * units)
        bias: (gates * units,), absent without `use_bias`
    """

    gates = 1
    num_states = 1

    def __init__(
        self,
        units: int,
        activation: Any,
        recurrent_activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        implementation: int = 2,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.units = positive_int("units", units)
        self.activation = activations.get(activation)
        self.recurrent_activation = activations.get(recurrent_activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.recurrent_initializer = initializers.get(recurrent_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.recurrent_regularizer = regularizers.get(recurrent_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.recurrent_constraint = constraints.get(recurrent_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.dropout = share("dropout", dropout)
        self.recurrent_dropout = share("recurrent_dropout", recurrent_dropout)
        self.seed = seed
        self.seed_generator = SeedGenerator(seed)
        # Keras's: with dropout of the state, every gate has masks of its own
        self.implementation = implementation
        own_masks = implementation == 1 or self.recurrent_dropout != 0
        self.num_masks = self.gates if own_masks else 1
        self.state_size: Any = self.units if self.num_states == 1 else [self.units] * self.num_states
        self.output_size = self.units
        self._kept: tuple[Any, Any] = (None, None)  # masks of dropout, while a sequence is gone through

    def get_config(self):
        config = super().get_config()
        if self.implementation != 1:
            config.pop("implementation", None)
        return config

    def build(self, input_shape):
        features = input_shape[-1]
        if features is None:
            raise ShapeError(
                f"{describe(self)} needs a known number of features; it got {format_shape(tuple(input_shape))}"
            )
        self.kernel = self._weight("kernel", (features, self.gates * self.units))
        self.recurrent_kernel = self._weight("recurrent", (self.units, self.gates * self.units), "recurrent_kernel")
        self.bias = self._weight("bias", self.bias_shape()) if self.use_bias else None

    def bias_shape(self) -> tuple[int, ...]:
        return (self.gates * self.units,)

    def _weight(self, kind: str, shape: tuple[int, ...], name: str | None = None) -> Any:
        return self.add_weight(
            name=name or kind,
            shape=shape,
            initializer=getattr(self, f"{kind}_initializer"),
            regularizer=getattr(self, f"{kind}_regularizer"),
            constraint=getattr(self, f"{kind}_constraint"),
        )

    def get_initial_state(self, batch_size: int | None = None) -> list[Any]:
        """Zeros, (batch, units) for each state."""
        return [jnp.zeros((batch_size, self.units), self.compute_dtype) for _ in range(self.num_states)]

    # -- dropout: the same masks for all steps

    def draw_dropout(self, inputs: Any, state: Any, training: Any) -> None:
        """Draw the masks that hold until `forget_dropout`."""
        self._kept = (None, None)
        if training:
            self._kept = (self._masks(self.dropout, inputs), self._masks(self.recurrent_dropout, state))

    def forget_dropout(self) -> None:
        self._kept = (None, None)

    def _masks(self, rate: float, like: Any) -> list[Any] | None:
        if not 0 < rate < 1:
            return None
        ones = jnp.ones_like(like)
        return [drop(ones, rate, self.seed_generator) for _ in range(self.num_masks)]

    def kept(self, inputs: Any, state: Any, training: Any) -> tuple[Any, Any]:
        """The masks of the inputs and of the state: a list, of one or of one for each gate, or None."""
        if self._kept == (None, None) and training:  # called on its own, for a single step
            self.draw_dropout(inputs, state, training)
            drawn = self._kept
            self.forget_dropout()
            return drawn
        return self._kept

    def gated(self, x: Any, weights: Any, masks: list[Any] | None, product: Any = jnp.matmul) -> Any:
        """`product(x, weights)`, with each gate's own dropout on x."""
        if masks is None or len(masks) == 1:
            return product(x if masks is None else x * masks[0], weights)
        parts = jnp.split(weights, len(masks), axis=-1)
        return jnp.concatenate([product(x * mask, part) for mask, part in zip(masks, parts, strict=True)], axis=-1)


class SimpleRNNCell(Cell):
    """`h = activation(x @ kernel + bias + h @ recurrent_kernel)`; arguments as `SimpleRNN`."""

    not_in_config = ("recurrent_activation",)

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(**settings(locals()), **kwargs)

    def call(self, inputs, states, training=False):
        h = _first(states)
        of_inputs, of_state = self.kept(inputs, h, training)
        z = self.gated(inputs, self.kernel.value, of_inputs)
        if self.bias is not None:
            z = z + self.bias.value
        h = self.activation(z + self.gated(h, self.recurrent_kernel.value, of_state))
        return h, [h]


class LSTMCell(Cell):
    """One step of an LSTM; arguments as `LSTM`."""

    gates = 4
    num_states = 2

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ):
        given = settings(locals())
        self.unit_forget_bias = given.pop("unit_forget_bias")
        super().__init__(**given, **kwargs)

    def _weight(self, kind, shape, name=None):
        if kind == "bias" and self.unit_forget_bias:  # forget nothing at first. Jozefowicz et al. 2015
            plain = self.bias_initializer

            def initial(shape, dtype):
                ends = [np.asarray(plain((count * self.units,), dtype)) for count in (1, 2)]
                return np.concatenate([ends[0], np.ones(self.units, ends[0].dtype), ends[1]])

            return self.add_weight(
                name=kind,
                shape=shape,
                initializer=initial,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )
        return super()._weight(kind, shape, name)

    def call(self, inputs, states, training=False):
        h, c = states
        of_inputs, of_state = self.kept(inputs, h, training)
        z = self.gated(inputs, self.kernel.value, of_inputs) + self.gated(h, self.recurrent_kernel.value, of_state)
        if self.bias is not None:
            z = z + self.bias.value
        i, f, g, o = jnp.split(z, 4, axis=-1)
        c = self.recurrent_activation(f) * c + self.recurrent_activation(i) * self.activation(g)
        h = self.recurrent_activation(o) * self.activation(c)
        return h, [h, c]


class GRUCell(Cell):
    """One step of a GRU; arguments as `GRU`."""

    gates = 3

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        reset_after: bool = True,
        seed: int | None = None,
        **kwargs: Any,
    ):
        given = settings(locals())
        self.reset_after = given.pop("reset_after")
        super().__init__(**given, **kwargs)

    def bias_shape(self) -> tuple[int, ...]:
        return (2, 3 * self.units) if self.reset_after else (3 * self.units,)

    def biases(self) -> tuple[Any, Any]:
        """Of the input's product and of the state's."""
        if self.bias is None:
            return None, None
        return (self.bias.value[0], self.bias.value[1]) if self.reset_after else (self.bias.value, None)

    def call(self, inputs, states, training=False):
        h = _first(states)
        of_inputs, of_state = self.kept(inputs, h, training)
        bias, recurrent_bias = self.biases()
        x = self.gated(inputs, self.kernel.value, of_inputs)
        x_z, x_r, x_n = jnp.split(x if bias is None else x + bias, 3, axis=-1)
        if self.reset_after:
            q = self.gated(h, self.recurrent_kernel.value, of_state)
            q_z, q_r, q_n = jnp.split(q if recurrent_bias is None else q + recurrent_bias, 3, axis=-1)
            update, reset = self.recurrent_activation(x_z + q_z), self.recurrent_activation(x_r + q_r)
            new = self.activation(x_n + reset * q_n)
        else:
            of_gates, of_new = jnp.split(self.recurrent_kernel.value, [2 * self.units], axis=1)
            q_z, q_r = jnp.split(self.gated(h, of_gates, of_state and of_state[:2]), 2, axis=-1)
            update, reset = self.recurrent_activation(x_z + q_z), self.recurrent_activation(x_r + q_r)
            new = self.activation(x_n + self.gated(reset * h, of_new, of_state and of_state[2:]))
        h = update * h + (1 - update) * new
        return h, [h]


def _first(states: Any) -> Any:
    return states[0] if isinstance(states, (list, tuple)) else states
