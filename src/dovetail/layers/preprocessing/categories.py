"""Numbers of categories as vectors, and floats as numbers of categories."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ...engine.context import constants_changed, current, structure_changed
from ...engine.errors import StateError
from ...engine.layer import Layer
from ..arguments import describe, one_of, positive_int
from .scaling import _batches

MODES = ("multi_hot", "one_hot", "count")


def encoded(x: Any, depth: int, mode: str, dtype: Any, weights: Any = None) -> Any:
    """Integers as vectors of `depth`; those out of range count nowhere.

    "one_hot" gives one vector for each integer (a last axis of size 1 is dropped first); "multi_hot" has 1 for each
    integer that is on the last axis, "count" the number of times.
    """
    x = x[None] if x.ndim == 0 else x
    if mode == "one_hot":
        return jax.nn.one_hot(x[..., 0] if x.ndim > 1 and x.shape[-1] == 1 else x, depth, dtype=dtype)
    each = jax.nn.one_hot(x, depth, dtype=dtype)
    if weights is not None:
        each = each * weights[..., None]
    return each.max(-2) if mode == "multi_hot" else each.sum(-2)


def refuse_sparse(layer: Layer, sparse: bool) -> None:
    if sparse:
        raise NotImplementedError(f"{describe(layer)}: sparse arrays are not there; leave `sparse` out")


class CategoryEncoding(Layer):
    """Integers below `num_tokens` as vectors of that size.

    Args:
        num_tokens: how many categories there are.
        output_mode: "one_hot" a vector for each integer; "multi_hot" one for each row of integers, with 1 for each that
            is there; "count" with the number of times.
        sparse: Keras's; not supported.

    Shapes:
        inputs: (batch, n) integers; (batch,) with "one_hot", where without it is one row
        output: (batch, num_tokens); (batch, n, num_tokens) with "one_hot" and n > 1

    Example:
        >>> CategoryEncoding(4, output_mode="count")(jnp.array([[0, 3, 3]]))
        Array([[1., 0., 0., 2.]], dtype=float32)
    """

    def __init__(
        self, num_tokens: int | None = None, output_mode: str = "multi_hot", sparse: bool = False, **kwargs: Any
    ):
        super().__init__(**kwargs)
        if num_tokens is None:
            raise ValueError(f"{describe(self)} needs `num_tokens`, the number of categories")
        self.num_tokens = positive_int("num_tokens", num_tokens)
        self.output_mode = one_of("output_mode", "multi_hot" if output_mode == "binary" else output_mode, MODES)
        refuse_sparse(self, sparse)
        self.sparse = False
        self.autocast = False  # integers kept as floats would lose their last digits in 16 bits

    def call(self, inputs, count_weights=None):
        if count_weights is not None:
            if self.output_mode != "count":
                raise ValueError(f"{describe(self)}: `count_weights` go with output_mode='count', not with "
                                 f"{self.output_mode!r}")  # fmt: skip
            count_weights = jnp.asarray(count_weights, self.compute_dtype)
        x = jnp.asarray(inputs).astype(jnp.int32)
        return encoded(x, self.num_tokens, self.output_mode, self.compute_dtype, count_weights)


class Discretization(Layer):
    """The number of the bin that each float falls into: bin `i` is `boundaries[i - 1] <= x < boundaries[i]`.

    Args:
        bin_boundaries: rising numbers; the first bin is all below them, the last all from them on.
        num_bins: how many bins `adapt` makes of data, of about equal size each; instead of `bin_boundaries`.
        epsilon: how coarse the summary of data is: about `1 / epsilon` numbers are kept.
        output_mode: "int", or as in `CategoryEncoding`.
        sparse: Keras's; not supported.

    Shapes:
        inputs: (batch, ...) floats
        output: the same with "int"; else as `CategoryEncoding`

    Raises:
        StateError: called on data before there are boundaries, or adapted though they were given.

    Example:
        >>> Discretization([0.0, 1.0])(jnp.array([[-0.5, 0.0, 3.0]]))
        Array([[0, 1, 2]], dtype=int32)
    """

    def __init__(
        self,
        bin_boundaries: Any = None,
        num_bins: int | None = None,
        epsilon: float = 0.01,
        output_mode: str = "int",
        sparse: bool = False,
        dtype: Any = None,
        name: str | None = None,
    ):
        super().__init__(dtype=dtype, name=name)
        if (bin_boundaries is None) == (num_bins is None):
            raise ValueError(f"{describe(self)} takes either `bin_boundaries`, or `num_bins` and a call of `adapt`")
        self.num_bins = None if num_bins is None else positive_int("num_bins", num_bins)
        self.bin_boundaries = None if bin_boundaries is None else [float(x) for x in bin_boundaries]
        if self.bin_boundaries is not None and sorted(self.bin_boundaries) != self.bin_boundaries:
            raise ValueError(f"{describe(self)}: `bin_boundaries` must rise; got {self.bin_boundaries}")
        self.epsilon = epsilon
        self.output_mode = one_of("output_mode", output_mode, ("int", *MODES))
        refuse_sparse(self, sparse)
        self.sparse = False
        self.autocast = False
        self.reset_state()

    @classmethod
    def from_config(cls, config):
        config = dict(config)
        found = config.get("num_bins") is not None and config.pop("bin_boundaries", None)
        layer = cls(**config)
        if found:  # by `adapt`
            layer.bin_boundaries = list(found)
        return layer

    def call(self, inputs):
        x = jnp.asarray(inputs, jnp.float32)
        boundaries = self._boundaries()
        bins = jnp.searchsorted(boundaries, x, side="right").astype(jnp.int32)
        if self.output_mode == "int":
            return bins
        return encoded(bins, len(boundaries) + 1, self.output_mode, self.compute_dtype)

    def _boundaries(self) -> Any:
        if self.bin_boundaries is not None:
            return jnp.asarray(self.bin_boundaries, jnp.float32)
        if current().open_size is None:
            raise StateError(f"{describe(self)} has no boundaries yet: call `adapt` on data first")
        return jnp.zeros(self.num_bins - 1)  # a graph that is drawn needs their number only

    def adapt(self, data: Any, steps: int | None = None) -> None:
        """Take boundaries from data, in place of those from before.

        Args:
            data: an array, or batches of arrays, as for `Normalization.adapt`.
            steps: batches to use; all when None.
        """
        if self.num_bins is None:
            raise StateError(f"{describe(self)} was given its boundaries; make one with `num_bins` to adapt it")
        self.reset_state()
        for number, batch in enumerate(_batches(data)):
            if number == steps:
                break
            self.update_state(batch)
        self.finalize_state()

    def update_state(self, data: Any) -> None:
        """Count a batch in."""
        own = summary_of(np.asarray(data, "float32").reshape(-1), self.epsilon)
        self.summary = compressed(_sorted(np.concatenate([own, self.summary], 1)), self.epsilon)

    def finalize_state(self) -> None:
        """Make boundaries of what was counted."""
        if self.num_bins is None:
            return
        if not self.summary.size:
            raise ValueError(f"{describe(self)}: there is nothing to adapt to, the data are empty")
        self.bin_boundaries = compressed(self.summary, 1 / self.num_bins)[0, :-1].tolist()
        constants_changed()
        structure_changed()

    def reset_state(self) -> None:
        """Forget what was counted."""
        self.summary = np.zeros((2, 0), "float32")


def summary_of(values: np.ndarray, epsilon: float) -> np.ndarray:
    """Every n-th of the values in rising order, and how many each stands for: (2, about 1 / epsilon) float32."""
    step = max(values.size * epsilon, 1)
    kept = np.sort(values)[int(step - 1) :: int(step)]
    return np.stack([kept, np.full_like(kept, step)])


def compressed(summary: np.ndarray, epsilon: float) -> np.ndarray:
    """A summary of about `1 / epsilon` values: the quantiles of one that has more."""
    values, counts = summary
    if len(values) * epsilon < 1:
        return summary
    reached = counts.cumsum()
    shares = epsilon + np.arange(0.0, 1.0, epsilon)
    quantiles = np.interp(shares, reached / reached[-1], values)
    return np.stack([quantiles, np.diff(np.interp(shares, reached / reached[-1], reached), prepend=0)]).astype(
        "float32"
    )


def _sorted(summary: np.ndarray) -> np.ndarray:
    return summary[:, np.argsort(summary[0])]
