"""Bidirectional: a recurrent layer in both directions."""

from typing import Any

import jax
import jax.numpy as jnp

from ...engine.configs import like
from ..arguments import describe
from ..wrappers import Wrapper, build_for, inner_layer

MODES = ("concat", "sum", "mul", "ave", None)


class Bidirectional(Wrapper):
    """A recurrent layer forwards and another backwards, and their outputs joined.

    Args:
        layer: an RNN, or any layer with `go_backwards`, `return_sequences`, `return_state` and `input_spec`; it goes
            forwards.
        merge_mode: "concat", "sum", "mul", "ave", or None for a list of both outputs.
        weights: initial values of both.
        backward_layer: goes backwards; None makes one with the configuration of `layer`.

    Shapes:
        sequences: (batch, steps, features)
        output: (batch, units) or (batch, steps, units); twice the units with "concat". With `return_state`, the
            forward layer's states and the backward layer's follow.

    Raises:
        ValueError: `merge_mode` is not known, or the two layers go the same way or return different things.
    """

    not_in_config = ("weights",)

    def __init__(
        self, layer: Any, merge_mode: str | None = "concat", weights: Any = None, backward_layer: Any = None,
        **kwargs: Any,
    ):  # fmt: skip
        layer = inner_layer("Bidirectional", layer)
        if merge_mode not in MODES:
            raise ValueError(f"`merge_mode` is one of {', '.join(map(repr, MODES))}; got {merge_mode!r}")
        name = layer.name.removeprefix("forward_")
        self.forward_layer: Any = like(layer, name=f"forward_{name}")
        super().__init__(self.forward_layer, **kwargs)
        self.merge_mode = merge_mode
        backward = backward_layer
        if backward is None:
            backward = like(layer, name=f"backward_{name}", go_backwards=not layer.go_backwards)  # type: ignore[attr-defined]
        self.backward_layer: Any = inner_layer("Bidirectional", backward)
        for direction in (self.forward_layer, self.backward_layer):  # as in Keras: both go on with zeros
            if hasattr(direction, "zero_output_for_mask"):
                direction.zero_output_for_mask = direction.return_sequences
        self._check_directions()
        self.return_sequences = self.forward_layer.return_sequences
        self.return_state = self.forward_layer.return_state
        self.stateful = getattr(self.forward_layer, "stateful", False)
        self.supports_masking = True
        self._initial_weights = weights

    def _check_directions(self) -> None:
        for layer in (self.forward_layer, self.backward_layer):
            for needed in ("go_backwards", "return_sequences", "return_state"):
                if not hasattr(layer, needed):
                    raise ValueError(f"{describe(self)} needs recurrent layers: {layer.name!r} has no `{needed}`")
        if self.forward_layer.go_backwards == self.backward_layer.go_backwards:
            raise ValueError(f"{describe(self)}: both layers go the same way; one needs `go_backwards=True`")
        for same in ("return_sequences", "return_state", "stateful"):
            if getattr(self.forward_layer, same, None) != getattr(self.backward_layer, same, None):
                raise ValueError(f"{describe(self)}: both layers need the same `{same}`")

    def build(self, sequences_shape, initial_state_shape=None):
        for layer in (self.forward_layer, self.backward_layer):
            if not layer.built:
                build_for(layer, sequences_shape)
        if self._initial_weights is not None:
            self.set_weights(self._initial_weights)

    def __call__(self, sequences: Any, initial_state: Any = None, **kwargs: Any) -> Any:
        if isinstance(sequences, (list, tuple)) and initial_state is None and len(sequences) > 1:
            sequences, initial_state = sequences[0], list(sequences[1:])
        more = {} if initial_state is None else {"initial_state": list(initial_state)}
        return super().__call__(sequences, **more, **kwargs)

    def call(self, sequences, initial_state=None, mask=None, training=None):
        halves: list[Any] = [{}, {}]
        if initial_state is not None:
            half = len(initial_state) // 2
            halves = [{"initial_state": initial_state[:half]}, {"initial_state": initial_state[half:]}]
        results = [
            layer(sequences, mask=mask, training=training, **more)
            for layer, more in zip((self.forward_layer, self.backward_layer), halves, strict=True)
        ]
        states: list[Any] = []
        if self.return_state:
            states = [state for result in results for state in result[1:]]
            results = [result[0] for result in results]
        forward, backward = results
        if self.return_sequences:
            backward = jnp.flip(backward, 1)
        joined = self._joined(forward, backward)
        if not self.return_state:
            return joined
        return (*joined, *states) if self.merge_mode is None else (joined, *states)

    def _joined(self, forward: Any, backward: Any) -> Any:
        if self.merge_mode == "concat":
            return jnp.concatenate([forward, backward], axis=-1)
        if self.merge_mode == "sum":
            return forward + backward
        if self.merge_mode == "mul":
            return forward * backward
        return (forward + backward) / 2 if self.merge_mode == "ave" else (forward, backward)

    def compute_mask(self, inputs, previous_mask=None):
        mask = previous_mask[0] if isinstance(previous_mask, (list, tuple)) else previous_mask
        mask = mask if self.return_sequences else None
        masks = [mask, mask] if self.merge_mode is None else [mask]
        if self.return_state:
            masks += [None] * 2 * len(jax.tree.leaves(self.forward_layer._zeros(1, None)))
        return masks if len(masks) > 1 else mask

    def reset_state(self) -> None:
        """Set the states of both layers to zeros."""
        for layer in (self.forward_layer, self.backward_layer):
            layer.reset_state()

    reset_states = reset_state
