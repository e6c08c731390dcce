"""SimpleRNN, LSTM and GRU."""

from typing import Any

import jax.numpy as jnp

from ... import activations
from ...ops.kernels import recurrent
from ..arguments import settings
from .cells import GRUCell, LSTMCell, SimpleRNNCell
from .rnn import RNN

OF_RNN = ("return_sequences", "return_state", "go_backwards", "stateful", "unroll")
# settings of the cell that the layer shows as its own
SHOWN = (
    "units", "activation", "recurrent_activation", "use_bias", "kernel_initializer", "recurrent_initializer",
    "bias_initializer", "unit_forget_bias", "kernel_regularizer", "recurrent_regularizer", "bias_regularizer",
    "kernel_constraint", "recurrent_constraint", "bias_constraint", "dropout", "recurrent_dropout", "reset_after",
    "seed",
)  # fmt: skip


class RecurrentLayer(RNN):
    """A layer around a cell of its own class."""

    cell_class: type
    not_in_config = ("cell", "given")

    def __init__(self, given: dict[str, Any], **kwargs: Any):
        of_rnn = {name: given.pop(name) for name in OF_RNN}
        of_rnn["activity_regularizer"] = given.pop("activity_regularizer")
        more = {name: kwargs[name] for name in ("dtype", "trainable") if name in kwargs}
        if "implementation" in kwargs:  # of dropout, see `Cell`
            more["implementation"] = kwargs.pop("implementation")
        super().__init__(self.cell_class(**given, **more), **of_rnn, **kwargs)

    def get_config(self):
        own = {"implementation": 1} if self.cell.implementation == 1 else {}
        return super().get_config() | own

    def __getattr__(self, name: str) -> Any:
        if name in SHOWN and "cell" in self.__dict__:
            return getattr(self.__dict__["cell"], name)
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")

    def _is_usual(self, training: Any) -> bool:
        """Whether the tuned recurrence does all that is asked for."""
        cell = self.cell
        usual = cell.activation is activations.tanh and cell.recurrent_activation is activations.sigmoid
        return usual and not (training and cell.num_masks > 1) and not self.unroll

    def _dropped(self, sequences: Any, state: Any, training: Any) -> Any:
        """The sequences with the dropout of the inputs."""
        self.cell.draw_dropout(sequences[:, 0], state, training)
        kept, _ = self.cell._kept
        self.cell.forget_dropout()
        return sequences if kept is None else sequences * kept[0][:, None]

    def _result(self, outputs: Any, states: list[Any], mask: Any) -> tuple[Any, Any, list[Any]]:
        if mask is not None and self.zero_output_for_mask:
            outputs = jnp.where(mask[..., None], outputs, jnp.zeros((), outputs.dtype))
        outputs = jnp.flip(outputs, 1) if self.go_backwards else outputs
        return outputs, outputs[:, -1], states


class SimpleRNN(RecurrentLayer):
    """`h = activation(x @ kernel + bias + h @ recurrent_kernel)` at every step.

    Args:
        units: size of the output.
        dropout, recurrent_dropout: shares of the inputs and of the state that are dropped in training, the same ones
            at every step.
        return_sequences, return_state, go_backwards, stateful, unroll: as in `RNN`, which tells shapes and masks, too.

    Weights:
        kernel: (features, units)
        recurrent_kernel: (units, units)
        bias: (units,), absent without `use_bias`
    """

    cell_class = SimpleRNNCell

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
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        seed: int | None = None,
        **kwargs: Any,
    ):
        given = settings(locals())
        super().__init__(given, **kwargs)


class LSTM(RecurrentLayer):
    """Long short-term memory.

    `c = f * c + i * activation(g)`, `h = o * activation(c)`; the gates i, f, g and o come from the input and from h.

    Args:
        units: size of the output and of both states, h and c.
        recurrent_activation: of the gates i, f and o.
        unit_forget_bias: whether the bias of f begins as 1.
        dropout, recurrent_dropout: shares of the inputs and of h that are dropped in training, the same ones at every
            step.
        return_sequences, return_state, go_backwards, stateful, unroll: as in `RNN`, which tells shapes and masks, too.
        use_cudnn: accepted; JAX chooses.

    Weights:
        kernel: (features, 4 * units), gates in the order i, f, g, o
        recurrent_kernel: (units, 4 * units)
        bias: (4 * units,), absent without `use_bias`

    Reference: Hochreiter & Schmidhuber 1997.
    """

    cell_class = LSTMCell

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
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        use_cudnn: Any = "auto",
        **kwargs: Any,
    ):
        given = settings(locals())
        given.pop("use_cudnn")
        super().__init__(given, **kwargs)

    def run_steps(self, sequences, states, mask, training):
        if not self._is_usual(training):
            return super().run_steps(sequences, states, mask, training)
        x = self._dropped(sequences, states[0], training)
        kernel, inner = self.cell.kernel.value, self.cell.recurrent_kernel.value
        bias = None if self.cell.bias is None else self.cell.bias.value
        outputs, h, c = recurrent.lstm(x, kernel, inner, bias, states[0], states[1], mask, self.go_backwards)
        return self._result(outputs, [h, c], mask)


class GRU(RecurrentLayer):
    """Gated recurrent unit.

    `h = z * h + (1 - z) * n`; the gates z (update) and r (reset) come from the input and from h, and n from the input
    and from what r lets through.

    Args:
        units: size of the output.
        recurrent_activation: of the gates z and r.
        reset_after: whether r acts on h's product, with a bias of its own (as in CuDNN), or on h before it.
        dropout, recurrent_dropout: shares of the inputs and of h that are dropped in training, the same ones at every
            step.
        return_sequences, return_state, go_backwards, stateful, unroll: as in `RNN`, which tells shapes and masks, too.
        use_cudnn: accepted; JAX chooses.

    Weights:
        kernel: (features, 3 * units), in the order z, r, n
        recurrent_kernel: (units, 3 * units)
        bias: (2, 3 * units) with `reset_after`, else (3 * units,); absent without `use_bias`

    Reference: Cho et al. 2014, arXiv:1406.1078; with `reset_after` arXiv:1412.3555 as CuDNN has it.
    """

    cell_class = GRUCell

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
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        reset_after: bool = True,
        use_cudnn: Any = "auto",
        **kwargs: Any,
    ):
        given = settings(locals())
        given.pop("use_cudnn")
        super().__init__(given, **kwargs)

    def run_steps(self, sequences, states, mask, training):
        if not (self._is_usual(training) and self.cell.reset_after and self.cell.bias is not None):
            return super().run_steps(sequences, states, mask, training)
        x = self._dropped(sequences, states[0], training)
        kernel, inner = self.cell.kernel.value, self.cell.recurrent_kernel.value
        bias, inner_bias = self.cell.biases()
        outputs, h = recurrent.gru(x, kernel, inner, bias, inner_bias, states[0], mask, self.go_backwards)
        return self._result(outputs, [h], mask)
