"""Recurrent layers of Keras 1: a base that users derived from, with weights gate by gate.

A user's layer derives from `Recurrent` (or LSTM, ...) and writes `step(x, states)`; it may write `preprocess_input`,
`get_constants`, `get_initial_states` and `reset_states`. All see arrays; weights are read as `.value`, or by K.*.
"""

from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from ... import activations, constraints, initializers, regularizers
from ... import layers as today
from ...engine.context import current
from ...engine.errors import ShapeError, StateError, format_shape
from ...engine.layer import Layer
from ...engine.randomness import SeedGenerator
from ...engine.variable import Variable
from ...layers.arguments import describe, positive_int
from ...layers.recurrent.rnn import States
from ..releases import Release
from .layouts import GRU_GATES, LSTM_GATES

CONSUME_LESS = ("cpu", "mem", "gpu")


class AbstractRNNCell(Layer):
    """A cell that users derive from: with `call(inputs, states)`, `state_size` and `output_size`."""

    def get_initial_state(self, inputs: Any = None, batch_size: Any = None, dtype: Any = None) -> Any:
        """Zeros for the states."""
        batch_size = inputs.shape[0] if batch_size is None else batch_size
        sizes = self.state_size  # type: ignore[attr-defined]

        def zeros(size: Any) -> Any:
            shape = tuple(size) if isinstance(size, (list, tuple)) else (size,)
            return jnp.zeros((batch_size, *shape), self.compute_dtype)

        return [zeros(size) for size in sizes] if isinstance(sizes, (list, tuple)) else zeros(sizes)


class _OldCell:
    """Cells of tf.keras found the number of sequences by an input, too."""

    def get_initial_state(self, inputs: Any = None, batch_size: Any = None, dtype: Any = None) -> Any:
        """Zeros for the states; cells of one state give it without a list."""
        batch_size = inputs.shape[0] if batch_size is None else batch_size
        states = super().get_initial_state(batch_size)  # type: ignore[misc]
        states = [state if dtype is None else state.astype(str(getattr(dtype, "name", dtype))) for state in states]
        return states if len(states) > 1 else states[0]


CELLS: dict[str, type] = {
    name: type(name, (_OldCell, getattr(today, name)), {"__doc__": "As today's.", "__module__": __name__})
    for name in ("GRUCell", "LSTMCell", "SimpleRNNCell")
}


class Listed(States):
    """States as they were put into a list: None, variables, or arrays."""

    def __init__(self, listed: Any):
        super().__init__([state for state in listed if isinstance(state, Variable)])
        self.listed = list(listed)


class Recurrent(Layer):
    """Base of Keras 1's recurrent layers. A subclass sets `output_dim` and `states`, and writes `step`.

    Args:
        return_sequences: whether to return the output of every step, not of the last alone.
        return_state: whether to return the last states, too.
        go_backwards: whether to begin with the last step; outputs come in that order.
        stateful: whether a batch begins with the states in which the one before ended.
        unroll: whether to write the steps out.
        implementation: 0, 1 or 2 for Keras 1's `consume_less` "cpu", "mem" and "gpu": how LSTM and GRU keep weights.

    Shapes:
        x: (batch, steps, features)
        output: (batch, output_dim), or (batch, steps, output_dim)

    Mask: (batch, steps); a masked step keeps states and output (zeros at first). Goes on with `return_sequences`.
    """

    release: ClassVar[Release]
    takes_steps = True

    def __init__(
        self,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        implementation: int = 0,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.supports_masking = True
        self.return_sequences = return_sequences
        self.return_state = return_state
        self.go_backwards = go_backwards
        self.stateful = stateful
        self.unroll = unroll
        self.implementation = implementation or 0

    # -- what a subclass writes

    def step(self, x: Any, states: Any) -> tuple[Any, list[Any]]:
        """Output and new states, from the input of a step and the states, which the constants follow."""
        raise NotImplementedError(f"{describe(self)} needs a `step(x, states)`")

    def get_constants(self, x: Any) -> list[Any]:
        """What every step gets behind the states."""
        return []

    def preprocess_input(self, x: Any) -> Any:
        """What is computed of all steps at once, before they are gone through."""
        return x

    def get_initial_states(self, x: Any) -> list[Any]:
        """Zeros for each of `states`, (batch, output_dim)."""
        return [jnp.zeros((x.shape[0], self.output_dim), self.compute_dtype) for _ in self.states or (None,)]

    def get_initial_state(self, inputs: Any) -> list[Any]:  # as Keras 2 called it
        return self.get_initial_states(inputs)

    # -- states

    @property
    def states(self) -> list[Any] | None:
        return self._states.listed if "_states" in self.__dict__ else None

    @states.setter
    def states(self, states: Any) -> None:
        object.__setattr__(self, "_states", Listed(states))

    def reset_states(self, states: Any = None) -> None:
        """Zeros (or these values) for the states of a stateful layer."""
        if not self.stateful:
            raise StateError(f"{describe(self)} keeps no states: it was made without `stateful=True`")
        batch = self._batch_size()
        if batch is None:
            raise ShapeError(
                f"{describe(self)} is stateful, so it must know how many samples a batch has: give the first layer "
                "`batch_input_shape`, or `Input` a `batch_shape`"
            )
        shapes = self.state_shapes(batch)
        values = [np.zeros(shape, "float32") for shape in shapes] if states is None else list(states)
        if self.states and all(isinstance(state, Variable) for state in self.states):
            for state, value in zip(self.states, values, strict=True):
                state.assign(value)
        else:
            self.states = [
                Variable(value, trainable=False, autocast=False, name=f"{self.name}_state_{index}")
                for index, value in enumerate(values)
            ]

    reset_state = reset_states

    def state_shapes(self, batch: int) -> list[tuple[int, ...]]:
        return [(batch, self.output_dim)] * max(len(self.states or ()), 1)

    def _batch_size(self) -> int | None:
        specs = self.input_spec if isinstance(self.input_spec, (list, tuple)) else [self.input_spec]
        if specs and getattr(specs[0], "shape", None):
            return specs[0].shape[0]
        args, _ = self.__dict__.get("_build_shapes", ((), {}))
        return args[0][0] if args else self.__dict__.get("_batch")

    # -- the sequence

    @property
    def consume_less(self) -> str:
        return CONSUME_LESS[self.implementation]

    @consume_less.setter
    def consume_less(self, value: str) -> None:
        self.implementation = CONSUME_LESS.index(value)

    def call(self, x, mask=None, initial_state=None):
        is_kept = self.stateful and initial_state is None and bool(self.states)
        states: Any = [state.value for state in self.states or ()] if is_kept else initial_state
        states = list(self.get_initial_states(x) if states is None else jax.tree.leaves(states))
        mask = mask[0] if isinstance(mask, (list, tuple)) else mask
        outputs, last, states = go_through(
            self.step, self.preprocess_input(x), states, mask, self.get_constants(x), self.go_backwards, self.unroll
        )
        if self.stateful and self.states:
            for state, value in zip(self.states, states, strict=True):
                state.assign(value)
        output = outputs if self.return_sequences else last
        return (output, *states) if self.return_state else output

    def compute_mask(self, inputs, previous_mask=None):
        mask = previous_mask[0] if isinstance(previous_mask, (list, tuple)) else previous_mask
        mask = mask if self.return_sequences else None
        return [mask, *[None] * len(self.states or (None,))] if self.return_state else mask

    def compute_output_shape(self, input_shape):
        shape = input_shape[0] if isinstance(input_shape, list) else input_shape
        output = (*shape[:2], self.output_dim) if self.return_sequences else (shape[0], self.output_dim)
        return [output, *self.state_shapes(shape[0])] if self.return_state else output


def go_through(
    step: Any, x: Any, states: list[Any], mask: Any, constants: list[Any], backwards: bool, unroll: bool
) -> tuple[Any, Any, list[Any]]:
    """All outputs, the last one, and the last states, of `step(x, states + constants)` at every step.

    Shapes:
        x: (batch, steps, ...)
        mask: (batch, steps), or None
    """
    x = jnp.moveaxis(x, 1, 0)
    masks = None if mask is None else jnp.asarray(mask, bool).reshape(mask.shape[:2]).T
    if backwards:
        x, masks = jax.tree.map(lambda a: jnp.flip(a, 0), (x, masks))

    def one(carry: Any, given: Any) -> Any:
        (states, before), (x, keep) = carry, given
        output, new = step(x, [*states, *constants])
        new = [jnp.asarray(after, state.dtype) for after, state in zip(new, states, strict=True)]
        if keep is not None:
            output = jnp.where(_fit(keep, output), output, before)
            new = [jnp.where(_fit(keep, after), after, state) for after, state in zip(new, states, strict=True)]
        return (new, output), output

    output = jax.eval_shape(lambda x: step(x, [*states, *constants])[0], x[0])
    carry = (states, jnp.zeros(output.shape, output.dtype))
    if unroll:
        outputs = []
        for index in range(x.shape[0]):
            carry, output = one(carry, (x[index], None if masks is None else masks[index]))
            outputs.append(output)
        outputs = jnp.stack(outputs)
    else:
        carry, outputs = lax.scan(one, carry, (x, masks))
    return jnp.moveaxis(outputs, 0, 1), carry[1], list(carry[0])


def _fit(mask: Any, array: Any) -> Any:
    return mask.reshape(mask.shape[0], *[1] * (array.ndim - 1))


def time_distributed_dense(
    x: Any,
    w: Any,
    b: Any = None,
    dropout: float | None = None,
    input_dim: int | None = None,
    output_dim: int | None = None,
    timesteps: int | None = None,
) -> Any:
    """`x @ w + b` at every step, (batch, steps, features); in training a share `dropout` of the features is dropped,
    the same ones at every step."""
    x, w, b = (part.value if isinstance(part, Variable) else part for part in (x, w, b))
    if dropout and current().training:
        kept = jax.random.bernoulli(SeedGenerator(None).next(), 1 - dropout, (x.shape[0], 1, x.shape[2]))
        x = jnp.where(kept, x / (1 - dropout), 0)
    return x @ w if b is None else x @ w + b


class Gated(Recurrent):
    """What SimpleRNN, LSTM and GRU share: their weights, and dropout on the inputs and on the state.

    Args:
        units: size of the output and of each state; `output_dim` in Keras 1.
        recurrent_activation: of the gates.
        unit_forget_bias: whether the bias of an LSTM's forget gate begins as 1.
        dropout, recurrent_dropout: shares of the inputs and of the state that are dropped in training, the same ones at
            every step.

    The other arguments are those of `Recurrent`, and those of any layer with weights.

    Weights:
        `consume_less="gpu"`: W (features, gates * units), U (units, gates * units), b (gates * units,)
        otherwise: these three for every gate, a gate's together: W_i U_i b_i W_c ...; all of them are drawn by
            `kernel_initializer` and regularized by `kernel_regularizer`, the recurrent ones too, as in Keras 1.2
    """

    gates: str  # in the order of the arrays
    blocks: str  # in the order inside the arrays of "gpu"
    num_states = 1

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "hard_sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.units = positive_int("units", units)
        self.activation = activations.get(activation)
        self.recurrent_activation = activations.get(recurrent_activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.recurrent_initializer = initializers.get(recurrent_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.unit_forget_bias = unit_forget_bias
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.recurrent_regularizer = regularizers.get(recurrent_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.recurrent_constraint = constraints.get(recurrent_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.dropout = min(1.0, max(0.0, dropout or 0.0))
        self.recurrent_dropout = min(1.0, max(0.0, recurrent_dropout or 0.0))
        self.seed = seed
        self.seed_generator = SeedGenerator(seed)

    @property
    def forget_bias_init(self) -> Any:
        """The initializer of the forget gate's bias."""
        return initializers.get("ones" if self.unit_forget_bias else "zeros")

    @property
    def is_fused(self) -> bool:
        return self.implementation == 2 or len(self.gates) == 1

    def build(self, input_shape):
        if len(input_shape) != 3 or input_shape[-1] is None:
            raise ShapeError(
                f"{describe(self)} needs sequences (batch, steps, features) of known features; it got "
                f"{format_shape(tuple(input_shape))}"
            )
        self._batch = input_shape[0]
        self.states = [None] * self.num_states
        if self.stateful:
            self.reset_states()
        self.input_dim = input_shape[-1]
        self._add_weights((self.input_dim,), (self.units,))

    def _add_weights(self, inputs: tuple[int, ...], outputs: tuple[int, ...]) -> None:
        """Weights from `inputs` and from the state, `outputs`: all but the last axis of the kernels."""
        if self.is_fused:
            width = len(self.gates) * self.units
            self.W = self._kernel("W", (*inputs, width), False, self.kernel_initializer)
            self.U = self._kernel("U", (*outputs, width), True, self.recurrent_initializer)
            self.b = self._bias("b", self.blocks)
            return
        of_state = self.recurrent_initializer if self.draws_recurrent else self.kernel_initializer
        for gate in self.gates:
            kernel = self._kernel(f"W_{gate}", (*inputs, self.units), False, self.kernel_initializer)
            inner = self._kernel(f"U_{gate}", (*outputs, self.units), self.draws_recurrent, of_state)
            for kind, weight in (("W", kernel), ("U", inner), ("b", self._bias(f"b_{gate}", gate))):
                setattr(self, f"{kind}_{gate}", weight)

    draws_recurrent = False  # whether recurrent kernels gate by gate have their own initializer and regularizer

    def _kernel(self, name: str, shape: tuple[int, ...], is_recurrent: bool, initializer: Any) -> Any:
        return self.add_weight(
            name=name,
            shape=shape,
            initializer=initializer,
            regularizer=self.recurrent_regularizer if is_recurrent else self.kernel_regularizer,
            constraint=self.recurrent_constraint if is_recurrent else self.kernel_constraint,
        )

    def _bias(self, name: str, blocks: str) -> Any:
        if not self.use_bias:
            return None

        def initial(shape: tuple[int, ...], dtype: Any) -> Any:
            is_one = [gate == "f" and self.unit_forget_bias for gate in blocks]
            plain = self.bias_initializer
            return np.concatenate(
                [np.ones(self.units, dtype) if one else np.asarray(plain((self.units,), dtype)) for one in is_one]
            )

        return self.add_weight(
            name=name,
            shape=(len(blocks) * self.units,),
            initializer=initial,
            regularizer=self.bias_regularizer,
            constraint=self.bias_constraint,
        )

    def weights_of_gate(self, gate: str) -> tuple[Any, Any, Any]:
        """W, U and b of one gate, as arrays; b is 0 without `use_bias`."""
        if not self.is_fused:
            found = [getattr(self, f"{kind}_{gate}") for kind in "WUb"]
            return tuple(0.0 if weight is None else weight.value for weight in found)  # type: ignore[return-value]
        start = self.blocks.index(gate) * self.units
        block = slice(start, start + self.units)
        return self.W.value[..., block], self.U.value[..., block], 0.0 if self.b is None else self.b.value[block]

    # -- what goes to every step

    def preprocess_input(self, x):
        if self.consume_less != "cpu" or self.is_fused:
            return x
        weights = [self.weights_of_gate(gate) for gate in self.blocks]
        if not (current().training and self.dropout):
            kernel = jnp.concatenate([kernel for kernel, _, _ in weights], -1)
            bias = jnp.concatenate([bias for _, _, bias in weights]) if self.use_bias else 0.0
            return x @ kernel + bias
        masks = self._masks(self.dropout, (x.shape[0], x.shape[-1]), x.dtype)
        parts = zip(masks, weights, strict=True)
        return jnp.concatenate([(x * mask[:, None]) @ kernel + bias for mask, (kernel, _, bias) in parts], -1)

    def get_constants(self, x):
        """Masks of dropout for the state and for the inputs, one for each gate; ones where nothing is dropped."""
        of_state = self._masks(self.recurrent_dropout, self.state_shapes(x.shape[0])[0], x.dtype)
        is_done = self.consume_less == "cpu" and not self.is_fused
        of_inputs = self._masks(0.0 if is_done else self.dropout, (x.shape[0], *x.shape[2:]), x.dtype)
        return [of_state, of_inputs]

    def _masks(self, rate: float, shape: tuple[int, ...], dtype: Any) -> list[Any]:
        if not (current().training and rate):
            return [1.0] * len(self.blocks)
        draws = (jax.random.bernoulli(self.seed_generator.next(), 1 - rate, shape) for _ in self.blocks)
        return [jnp.where(kept, 1 / (1 - rate), 0).astype(dtype) for kept in draws]

    def products(self, x: Any, of_inputs: Any) -> list[Any]:
        """The inputs' part of every gate, in the order of `blocks`."""
        if self.consume_less == "cpu" and not self.is_fused:
            return jnp.split(x, len(self.blocks), axis=-1)
        if self.is_fused:
            z = (x * of_inputs[0]) @ self.W.value
            return jnp.split(z if self.b is None else z + self.b.value, len(self.blocks), axis=-1)
        weights = [self.weights_of_gate(gate) for gate in self.blocks]
        return [(x * mask) @ kernel + bias for mask, (kernel, _, bias) in zip(of_inputs, weights, strict=True)]

    def mask_of(self, masks: Any, gate: str) -> Any:
        return masks[0] if self.is_fused else masks[self.blocks.index(gate)]


class SimpleRNN(Gated):
    """`h = activation(x @ W + b + h @ U)` at every step. Arguments as `Gated`."""

    gates = blocks = "h"
    not_in_config = ("recurrent_activation", "unit_forget_bias")

    def preprocess_input(self, x):
        return x

    def step(self, x, states):
        h, of_state, of_inputs = states[:3]
        (product,) = self.products(x, of_inputs)
        h = self.activation(product + (h * of_state[0]) @ self.U.value)
        return h, [h]


class LSTM(Gated):
    """Long short-term memory, gates i, f, c, o. Arguments and weights as `Gated`."""

    gates, blocks = LSTM_GATES
    num_states = 2

    def step(self, x, states):
        h, c, of_state, of_inputs = states[:4]
        x_parts = self.products(x, of_inputs)
        z = {
            gate: part + (h * self.mask_of(of_state, gate)) @ self.weights_of_gate(gate)[1]
            for gate, part in zip(self.blocks, x_parts, strict=True)
        }
        c = self.recurrent_activation(z["f"]) * c + self.recurrent_activation(z["i"]) * self.activation(z["c"])
        h = self.recurrent_activation(z["o"]) * self.activation(c)
        return h, [h, c]


class GRU(Gated):
    """Gated recurrent unit, gates z, r, h; r acts on the state before its product. Arguments as `Gated`.

    Args:
        reset_after: r acts on the state's product, which has a bias of its own, as in Keras 2.1 and later; then there
            are three weights, and b is (2, 3 * units).
    """

    gates, blocks = GRU_GATES
    not_in_config = ("unit_forget_bias",)

    def __init__(self, units: int, reset_after: bool = False, **kwargs: Any):
        super().__init__(units, **kwargs)
        self.reset_after = reset_after

    @property
    def is_fused(self):
        return self.reset_after or self.implementation == 2

    def _bias(self, name, blocks):
        if not (self.reset_after and self.use_bias):
            return super()._bias(name, blocks)
        shape, initializer = (2, 3 * self.units), self.bias_initializer
        return self.add_weight(name=name, shape=shape, initializer=initializer, regularizer=self.bias_regularizer,
                               constraint=self.bias_constraint)  # fmt: skip

    def _step_after(self, x: Any, states: Any) -> tuple[Any, list[Any]]:
        h, of_state, of_inputs = states[:3]
        x, q = (x * of_inputs[0]) @ self.W.value, (h * of_state[0]) @ self.U.value
        if self.b is not None:
            x, q = x + self.b.value[0], q + self.b.value[1]
        (x_z, x_r, x_h), (q_z, q_r, q_h) = jnp.split(x, 3, -1), jnp.split(q, 3, -1)
        z, r = self.recurrent_activation(x_z + q_z), self.recurrent_activation(x_r + q_r)
        h = z * h + (1 - z) * self.activation(x_h + r * q_h)
        return h, [h]

    def step(self, x, states):
        if self.reset_after:
            return self._step_after(x, states)
        h, of_state, of_inputs = states[:3]
        x_z, x_r, x_h = self.products(x, of_inputs)
        inner = {gate: self.weights_of_gate(gate)[1] for gate in self.blocks}
        z = self.recurrent_activation(x_z + (h * self.mask_of(of_state, "z")) @ inner["z"])
        r = self.recurrent_activation(x_r + (h * self.mask_of(of_state, "r")) @ inner["r"])
        new = self.activation(x_h + (r * h * self.mask_of(of_state, "h")) @ inner["h"])
        h = z * h + (1 - z) * new
        return h, [h]
