"""RNN: a cell at every step of a sequence, handing its state on."""

import inspect
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from ...engine.configs import FAMILIES
from ...engine.errors import ShapeError, StateError, format_shape
from ...engine.layer import Layer
from ...engine.operation import OPEN_SIZES, trace
from ...engine.tensor import Spec
from ...engine.variable import Stateful, Variable
from ..arguments import describe, seen_shape


class States(Stateful):
    """The states of a stateful layer: variables, but no weights."""

    def __init__(self, variables: list[Variable]):
        self.variables = variables


class RNN(Layer):
    """A cell at every step of a sequence.

    Args:
        cell: a layer whose `call(inputs, states)` returns (output, new states), with `state_size`: a number, or a list
            of them, for the shapes of the states; or a list of cells, one above another.
        return_sequences: whether to return the output of every step, not of the last alone.
        return_state: whether to return the last states, too.
        go_backwards: whether to begin with the last step; outputs come in that order.
        stateful: whether a batch begins with the states in which the one before ended. Needs a fixed batch size.
        unroll: whether to write the steps out one by one: faster for very few steps, slower to compile.
        zero_output_for_mask: whether masked steps give zeros; else they repeat the output before.

    Shapes:
        sequences: (batch, steps, ...)
        initial_state: one array (batch, state size) for each state
        output: (batch, units), or (batch, steps, units) with `return_sequences`

    Mask: (batch, steps); a masked step leaves the states as they are. Goes on with `return_sequences`.

    Raises:
        ShapeError: `unroll` or `stateful` with an open axis of steps or samples.
    """

    def __init__(
        self,
        cell: Any,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        zero_output_for_mask: bool = False,
        **kwargs: Any,
    ):
        if isinstance(cell, (list, tuple)):
            cell = StackedRNNCells(cell)
        cell = FAMILIES["layer"].get(cell) if isinstance(cell, dict) else cell
        for needed in ("call", "state_size"):
            if not hasattr(cell, needed):
                raise ValueError(f"an RNN's cell needs `{needed}`; {type(cell).__name__} has none")
        super().__init__(**kwargs)
        self.cell = cell
        self.return_sequences = return_sequences
        self.return_state = return_state
        self.go_backwards = go_backwards
        self.stateful = stateful
        self.unroll = unroll
        self.zero_output_for_mask = zero_output_for_mask
        self.supports_masking = True
        self._states: States | None = None

    @property
    def states(self) -> list[Variable] | None:
        """Of a stateful layer, once it is built."""
        return None if self._states is None else self._states.variables

    @property
    def state_size(self) -> Any:
        return self.cell.state_size

    def build(self, sequences_shape, initial_state_shape=None):
        if isinstance(sequences_shape, list):
            sequences_shape = sequences_shape[0]
        if len(sequences_shape) < 3:
            raise ShapeError(
                f"{describe(self)} needs sequences (batch, steps, features); it got {format_shape(sequences_shape)}"
            )
        batch, inside = sequences_shape[0], tuple(sequences_shape[2:])
        if isinstance(self.cell, Layer) and not self.cell.built:
            if getattr(type(self.cell).build, "is_default", False):  # what is in it is built where it is called
                states = jax.tree.map(lambda a: Spec(a.shape, a.dtype.name), self._zeros(1, (batch, *inside)))
                trace(self.cell, (Spec((1, *inside), self.compute_dtype), states), {})
            else:
                self.cell.build((batch, *inside))
            self.cell.built = True
        if self.stateful:
            if batch is None:
                raise ShapeError(
                    f"{describe(self)} is stateful, so it must know how many samples a batch has: give its input "
                    "`batch_size`, or `batch_shape`"
                )
            zeros = self._zeros(batch, (batch, *inside))
            self._states = States(
                [
                    Variable(value, trainable=False, autocast=False, name=f"rnn_state_{index}")
                    for index, value in enumerate(jax.tree.leaves(zeros))
                ]
            )

    def get_initial_state(self, batch_size: int) -> Any:
        """Zeros for the states of `batch_size` sequences."""
        return self._zeros(batch_size, None)

    def _zeros(self, batch: Any, input_shape: Any) -> list[Any]:
        if hasattr(self.cell, "get_initial_state"):
            state = self.cell.get_initial_state(batch_size=batch)
            return list(state) if isinstance(state, (list, tuple)) else [state]
        sizes = self.state_size if isinstance(self.state_size, (list, tuple)) else [self.state_size]
        return [jnp.zeros((batch, *_size(size)), self.compute_dtype) for size in sizes]

    def __call__(self, sequences: Any, initial_state: Any = None, **kwargs: Any) -> Any:
        """`initial_state` may also come as further entries of a list: `rnn([x, h, c])`, as in Keras 2."""
        if isinstance(sequences, (list, tuple)) and initial_state is None and len(sequences) > 1:
            sequences, initial_state = sequences[0], list(sequences[1:])
        if isinstance(sequences, (list, tuple)) and len(sequences) == 1:
            sequences = sequences[0]
        if initial_state is None:
            return super().__call__(sequences, **kwargs)
        if not isinstance(initial_state, (list, tuple)):
            initial_state = [initial_state]
        return super().__call__(sequences, initial_state=list(initial_state), **kwargs)

    def call(self, sequences, initial_state=None, mask=None, training=False):
        steps = sequences.shape[1]
        if steps in OPEN_SIZES and isinstance(sequences, jax.core.Tracer) and self.unroll:
            raise ShapeError(
                f"{describe(self)} cannot unroll an open axis of steps; it got {seen_shape(sequences)}. Give the "
                "input a number of steps, or leave `unroll` out"
            )
        states = self._first_states(sequences, initial_state)
        if mask is not None:
            mask = jnp.asarray(mask, bool).reshape(mask.shape[:2])
        outputs, last, states = self.run_steps(sequences, states, mask, training)
        if self.stateful and self.states is not None:
            for variable, value in zip(self.states, jax.tree.leaves(states), strict=True):
                variable.assign(value)
        output = outputs if self.return_sequences else last
        return (output, *states) if self.return_state else output

    def _first_states(self, sequences: Any, initial_state: Any) -> list[Any]:
        batch = sequences.shape[0]
        empty = self._zeros(batch, sequences.shape)
        given = jax.tree.leaves(initial_state)
        if initial_state is None and self.states is not None:
            given = [variable.value for variable in self.states]
        if not given:
            return jax.tree.map(lambda a: a.astype(sequences.dtype), empty)
        leaves, structure = jax.tree.flatten(empty)
        if len(given) != len(leaves):
            raise ShapeError(f"{describe(self)} has {len(leaves)} states; `initial_state` has {len(given)}")
        for have, want in zip(given, leaves, strict=True):
            if have.shape[1:] != want.shape[1:]:
                raise ShapeError(
                    f"{describe(self)}: a state is {format_shape((None, *want.shape[1:]))}; `initial_state` has "
                    f"{seen_shape(have)}"
                )
        return structure.unflatten([jnp.asarray(value, sequences.dtype) for value in given])

    def run_steps(self, sequences: Any, states: list[Any], mask: Any, training: Any) -> tuple[Any, Any, list[Any]]:
        """The outputs of all steps, that of the last, and the last states."""
        takes_training = "training" in _parameters(self.cell)
        more = {"training": training} if takes_training else {}
        if hasattr(self.cell, "draw_dropout"):
            self.cell.draw_dropout(sequences[:, 0], jax.tree.leaves(states)[0], training)

        def step(states: Any, inputs: Any) -> Any:
            x, keep = inputs
            output, new = self.cell(x, states, **more)
            new = list(new) if isinstance(new, (list, tuple)) else [new]
            if keep is not None:
                before = jnp.zeros_like(output) if self.zero_output_for_mask else _output_before(states)
                if before.shape != output.shape:  # the first state is no output: nothing can be repeated
                    before = jnp.zeros_like(output)
                output = jnp.where(_fit(keep, output), output, before)
                new = jax.tree.map(lambda a, b: jnp.where(_fit(keep, a), a, b), new, states)
            new = jax.tree.map(lambda a, b: a.astype(b.dtype), new, states)
            return new, output

        x = jnp.moveaxis(sequences, 1, 0)
        masks = None if mask is None else mask.T
        try:
            if self.unroll:
                return _unrolled(step, states, x, masks, self.go_backwards)
            states, outputs = lax.scan(step, states, (x, masks), reverse=self.go_backwards)
        finally:
            if hasattr(self.cell, "forget_dropout"):
                self.cell.forget_dropout()
        last = outputs[0] if self.go_backwards else outputs[-1]
        if self.go_backwards:
            outputs = jnp.flip(outputs, 0)
        return jnp.moveaxis(outputs, 0, 1), last, states

    def compute_mask(self, inputs, previous_mask=None):
        mask = previous_mask[0] if isinstance(previous_mask, (list, tuple)) else previous_mask
        mask = mask if self.return_sequences else None
        return [mask, *[None] * len(jax.tree.leaves(self._zeros(1, None)))] if self.return_state else mask

    def reset_state(self) -> None:
        """Set the states of a stateful layer to zeros."""
        if not self.stateful:
            raise StateError(f"{describe(self)} keeps no states: it was made without `stateful=True`")
        for variable in self.states or ():
            variable.assign(jnp.zeros(variable.shape, variable.dtype))

    reset_states = reset_state


def _unrolled(step: Any, states: Any, x: Any, masks: Any, backwards: bool) -> tuple[Any, Any, Any]:
    outputs = []
    order = range(x.shape[0])
    for index in reversed(order) if backwards else order:
        states, output = step(states, (x[index], None if masks is None else masks[index]))
        outputs.append(output)
    return jnp.stack(outputs, 1), outputs[-1], states


def _output_before(states: Any) -> Any:
    """The first state, of the last cell of several: the output of the step before."""
    return jax.tree.leaves(states[-1] if isinstance(states[0], (list, tuple)) else states)[0]


def _fit(mask: Any, array: Any) -> Any:
    """(batch,) booleans with axes to broadcast to an array."""
    return mask.reshape(mask.shape[0], *[1] * (array.ndim - 1))


def _size(size: Any) -> tuple[int, ...]:
    return tuple(size) if isinstance(size, (list, tuple)) else (int(size),)


def _parameters(cell: Any) -> Any:
    return inspect.signature(cell.call).parameters


class StackedRNNCells(Layer):
    """Cells one above another, as one cell.

    Args:
        cells: the lowest first; each gets the output of the one before.
    """

    def __init__(self, cells: Any, **kwargs: Any):
        super().__init__(**kwargs)
        self.cells = [FAMILIES["layer"].get(cell) if isinstance(cell, dict) else cell for cell in cells]
        for cell in self.cells:
            for needed in ("call", "state_size"):
                if not hasattr(cell, needed):
                    raise ValueError(f"every cell needs `{needed}`; {type(cell).__name__} has none")

    @property
    def state_size(self) -> list[Any]:
        return [cell.state_size for cell in self.cells]

    @property
    def output_size(self) -> Any:
        return _output_size(self.cells[-1])

    def get_initial_state(self, batch_size: int | None = None) -> list[Any]:
        """Zeros for every cell, nested as `state_size`."""
        found = []
        for cell in self.cells:
            if hasattr(cell, "get_initial_state"):
                found.append(cell.get_initial_state(batch_size=batch_size))
            else:
                sizes = cell.state_size if isinstance(cell.state_size, (list, tuple)) else [cell.state_size]
                found.append([jnp.zeros((batch_size, *_size(size)), self.compute_dtype) for size in sizes])
        return found

    def build(self, input_shape):
        for cell in self.cells:
            if isinstance(cell, Layer) and not cell.built:
                cell.build(input_shape)
                cell.built = True
            size = _output_size(cell)
            input_shape = (input_shape[0], *_size(size))

    def draw_dropout(self, inputs: Any, state: Any, training: Any) -> None:
        """Masks for all steps; see `Cell.draw_dropout`."""
        for cell, states in zip(self.cells, self.get_initial_state(batch_size=inputs.shape[0]), strict=True):
            if hasattr(cell, "draw_dropout"):
                cell.draw_dropout(inputs, jax.tree.leaves(states)[0], training)
            inputs = jnp.zeros((inputs.shape[0], *_size(_output_size(cell))), inputs.dtype)

    def forget_dropout(self) -> None:
        for cell in self.cells:
            if hasattr(cell, "forget_dropout"):
                cell.forget_dropout()

    def call(self, inputs, states, training=False):
        new = []
        for cell, state in zip(self.cells, states, strict=True):
            more = {"training": training} if "training" in _parameters(cell) else {}
            given = list(state) if isinstance(state, (list, tuple)) else [state]
            inputs, after = cell(inputs, given, **more)
            after = list(after) if isinstance(after, (list, tuple)) else [after]
            new.append(after if isinstance(state, (list, tuple)) else after[0])
        return inputs, new


def _output_size(cell: Any) -> Any:
    if getattr(cell, "output_size", None) is not None:
        return cell.output_size
    return cell.state_size[0] if isinstance(cell.state_size, (list, tuple)) else cell.state_size
