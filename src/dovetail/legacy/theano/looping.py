"""`theano.scan` and `theano.map`."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from ..backend.lifting import lifted


def scan(
    fn: Callable[..., Any], sequences: Any = None, outputs_info: Any = None, non_sequences: Any = None,
    n_steps: Any = None, truncate_gradient: int = -1, go_backwards: bool = False, mode: Any = None,
    name: str | None = None, profile: Any = False, allow_gc: Any = None, strict: bool = False,
) -> tuple[Any, dict]:  # fmt: skip
    """Call `fn(*elements of sequences, *previous outputs, *non_sequences)` step after step.

    Args:
        sequences: arrays whose first axis is the steps.
        outputs_info: for each output its value before the first step, or None where it is not fed back.
        n_steps: the number of steps, needed without sequences.
        go_backwards: begin with the last element.

    Returns:
        The outputs of all steps, stacked (one array where there is one output), and updates, of which there are none.

    Raises:
        NotImplementedError: `taps` other than the step before, or a `fn` that asks to stop (`until`).
    """
    starts = [_start(item) for item in _listed(outputs_info)]
    is_single: list[bool] = []

    def run(arrays: list[Any], starts: list[Any], constants: list[Any]) -> Any:
        steps = None if n_steps is None else int(n_steps)
        arrays = [jnp.asarray(array)[:steps] for array in arrays]
        carried = [jnp.asarray(start) for start in starts if start is not None]

        def step(carried: list[Any], elements: list[Any]) -> Any:
            found, single = _outputs(fn(*elements, *carried, *constants))
            is_single[:] = [single]
            fed = [out for out, start in zip(found, [*starts, *[None] * len(found)], strict=False) if start is not None]
            fed = [jnp.asarray(new, old.dtype).reshape(old.shape) for new, old in zip(fed, carried, strict=True)]
            return fed, found

        return jax.lax.scan(step, carried, arrays, length=steps, reverse=go_backwards)[1]

    run.__name__ = name or "scan"
    outputs = lifted(run)([_sequence(item) for item in _listed(sequences)], starts, _listed(non_sequences))
    if go_backwards:
        outputs = [lifted(lambda x: jnp.flip(x, 0))(output) for output in outputs]
    return (outputs[0] if is_single == [True] else list(outputs)), {}


def map_(fn: Callable[..., Any], sequences: Any, non_sequences: Any = None, **options: Any) -> tuple[Any, dict]:
    """`fn` of each element."""
    return scan(fn, sequences=sequences, non_sequences=non_sequences, go_backwards=options.get("go_backwards", False))


def _listed(x: Any) -> list[Any]:
    return [] if x is None else list(x) if isinstance(x, (list, tuple)) else [x]


def _sequence(item: Any) -> Any:
    if not isinstance(item, dict):
        return item
    if item.get("taps", [0]) not in ([0], (0,), None):
        raise NotImplementedError("theano.scan: sequences with `taps` are not there: shift the sequence by slicing it")
    return item["input"]


def _start(item: Any) -> Any:
    if not isinstance(item, dict):
        return item
    if item.get("taps", [-1]) not in ([-1], (-1,), None):
        raise NotImplementedError("theano.scan: `taps` other than [-1] are not there: carry earlier outputs along")
    return item.get("initial")


def _outputs(found: Any) -> tuple[list[Any], bool]:
    """The outputs of a step, and whether there is one that was not in a list."""
    if isinstance(found, tuple) and len(found) == 2 and isinstance(found[1], dict):
        found = found[0]
    if isinstance(found, (list, tuple)):
        return [jnp.asarray(x) for x in found], len(found) == 1
    return [jnp.asarray(found)], True


__all__ = ["map_", "scan"]
