"""Multi-head attention, and its form in which several queries share a key."""

import math
from typing import Any

import jax
import jax.numpy as jnp

from ... import constraints, initializers, regularizers
from ...engine.configs import like
from ...engine.errors import ShapeError, format_shape
from ...engine.layer import Layer
from ...engine.randomness import SeedGenerator
from ..arguments import describe, positive_int, settings
from ..einsum_dense import EinsumDense


class Heads(Layer):
    """What both layers share: projections to heads, masks, the softmax, and the way back."""

    def __init__(
        self,
        dropout: float = 0.0,
        use_bias: bool = True,
        sliding_window: int | None = None,
        flash_attention: bool | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        use_gate: bool = False,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.supports_masking = True
        self.dropout = float(dropout)
        self.use_bias = use_bias
        self.sliding_window = None if sliding_window is None else positive_int("sliding_window", sliding_window)
        self.flash_attention = flash_attention
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.use_gate = use_gate
        self.seed = seed
        if self.dropout > 0:
            self.seed_generator = SeedGenerator(seed)

    not_in_config = ("flash_attention",)

    def _projection(self, name: str, shape: tuple, heads: int, size: int, activation: Any = None) -> EinsumDense:
        """(batch, ..., features) -> (batch, ..., heads, size), built."""
        axes = "abcdefghij"[: len(shape) - 1]
        layer = self._dense(f"{axes}x,xyz->{axes}yz", (*shape[1:-1], heads, size), "yz", name, activation)
        layer.build(shape)
        return layer

    def _output(self, rank: int, heads: int, size: int, output: tuple[int, ...]) -> EinsumDense:
        """(batch, ..., heads, size) -> (batch, ..., *output), built."""
        axes, last = "abcdefghij"[: rank - 1], "uvwst"[: len(output)]
        equation = f"{axes}yz,yz{last}->{axes}{last}"
        layer = self._dense(equation, (*[None] * (rank - 2), *output), last, "attention_output")
        layer.build((*[None] * (rank - 1), heads, size))
        return layer

    def _dense(self, equation: str, shape: tuple, bias_axes: str, name: str, activation: Any = None) -> EinsumDense:
        return EinsumDense(
            equation,
            shape,
            activation=activation,
            bias_axes=bias_axes if self.use_bias else None,
            kernel_initializer=like(self.kernel_initializer),
            bias_initializer=like(self.bias_initializer),
            kernel_regularizer=self.kernel_regularizer,
            bias_regularizer=self.bias_regularizer,
            kernel_constraint=self.kernel_constraint,
            bias_constraint=self.bias_constraint,
            dtype=self.dtype_policy,
            name=name,
        )

    def _allowed(
        self, targets: int, sources: int, attention_mask: Any, of_query: Any, of_value: Any, of_key: Any, causal: bool
    ) -> Any:
        """Where a target may look, (batch or 1, targets, sources), or None for everywhere."""
        found = []
        if attention_mask is not None:
            mask = jnp.asarray(attention_mask, bool)
            found.append(mask.reshape(*mask.shape[:-2], targets, sources) if mask.ndim > 1 else mask)
        if of_query is not None:
            found.append(of_query.reshape(of_query.shape[0], targets, 1))
        for mask in (of_value, of_key):
            if mask is not None:
                found.append(mask.reshape(mask.shape[0], 1, sources))
        rows, columns = jnp.arange(targets)[:, None], jnp.arange(sources)[None]
        if causal:
            found.append((rows >= columns)[None])
        if self.sliding_window is not None:
            found.append((jnp.abs(rows - columns) < self.sliding_window)[None])
        allowed = None
        for mask in found:
            mask = mask.astype(bool)
            allowed = mask if allowed is None else allowed & mask
        return allowed

    def _weights(self, query: Any, key: Any, scale: float, allowed: Any, training: Any) -> Any:
        """The softmax of query (..., heads, targets, size) times key; (..., heads, targets, sources)."""
        scores = (query * jnp.asarray(scale, query.dtype)) @ jnp.swapaxes(key, -1, -2)
        if allowed is not None:
            lowest = -3e4 if scores.dtype == jnp.float16 else -1e9
            scores = scores + lowest * (~allowed).astype(scores.dtype)
        weights = jax.nn.softmax(scores)
        if training and self.dropout > 0:
            kept = jax.random.bernoulli(self.seed_generator.next(), 1 - self.dropout, weights.shape)
            return weights, jnp.where(kept, weights / (1 - self.dropout), jnp.zeros((), weights.dtype))
        return weights, weights

    def compute_mask(self, query, query_mask=None):
        """The output's mask is the query's."""
        return query_mask


class MultiHeadAttention(Heads):
    """Several attentions at once, each with its own projections of query, key and value.

    Args:
        num_heads: how many.
        key_dim: size of one head's query and key.
        value_dim: size of one head's value; `key_dim` when None.
        dropout: share of the attention weights that are dropped in training.
        output_shape: sizes of the output's last axes; that of the query when None.
        attention_axes: axes that are looked over; all but the batch and the last when None.
        sliding_window: a target looks no further than this many places, itself included.
        flash_attention: accepted; XLA chooses.
        use_gate: whether the result is multiplied by a sigmoid of a projection of the query.

    Shapes:
        query: (batch, targets, features); value and key: (batch, sources, features); key is the value when None
        output: (batch, targets, features of the query)
        with `return_attention_scores` also the weights (batch, heads, targets, sources)

    Mask: `query_mask`, `value_mask`, `key_mask` (those that query, value and key bring), `attention_mask`
        (batch, targets, sources) and `use_causal_mask` hold together.

    Reference: Vaswani et al. 2017, arXiv:1706.03762.
    """

    def __init__(
        self,
        num_heads: int,
        key_dim: int,
        value_dim: int | None = None,
        dropout: float = 0.0,
        use_bias: bool = True,
        output_shape: Any = None,
        attention_axes: Any = None,
        sliding_window: int | None = None,
        flash_attention: bool | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        use_gate: bool = False,
        seed: int | None = None,
        **kwargs: Any,
    ):
        given = settings(locals())
        own = {
            name: given.pop(name) for name in ("num_heads", "key_dim", "value_dim", "output_shape", "attention_axes")
        }
        super().__init__(**given, **kwargs)
        self.num_heads = positive_int("num_heads", num_heads)
        self.key_dim = positive_int("key_dim", key_dim)
        self.value_dim = self.key_dim if value_dim is None else positive_int("value_dim", value_dim)
        self._wanted_shape = (output_shape,) if isinstance(output_shape, int) else output_shape
        self.attention_axes = (attention_axes,) if isinstance(attention_axes, int) else attention_axes

    not_in_config = ("flash_attention", "output_shape")

    def get_config(self):
        wanted = self._wanted_shape
        return super().get_config() | {"output_shape": None if wanted is None else list(wanted)}

    def build(self, query_shape, value_shape, key_shape=None):
        key_shape = value_shape if key_shape is None else key_shape
        rank = len(query_shape)
        if len(value_shape) != rank or len(key_shape) != rank or rank < 3:
            raise ShapeError(
                f"{describe(self)} needs query, value and key with the same number of axes, at least 3; got "
                f"{', '.join(format_shape(tuple(s)) for s in (query_shape, value_shape, key_shape))}"
            )
        axes = tuple(range(1, rank - 1)) if self.attention_axes is None else tuple(self.attention_axes)
        self.attention_axes = tuple(axis % rank for axis in axes)
        self.query_dense = self._projection("query", tuple(query_shape), self.num_heads, self.key_dim)
        self.key_dense = self._projection("key", tuple(key_shape), self.num_heads, self.key_dim)
        if self.use_gate:
            self._gate_dense = self._projection(
                "gate", tuple(query_shape), self.num_heads, self.value_dim, activation="sigmoid"
            )
        self.value_dense = self._projection("value", tuple(value_shape), self.num_heads, self.value_dim)
        output = (query_shape[-1],) if self._wanted_shape is None else tuple(self._wanted_shape)
        self.output_dense = self._output(rank, self.num_heads, self.value_dim, output)

    def call(
        self, query, value, key=None, query_mask=None, value_mask=None, key_mask=None, attention_mask=None,
        return_attention_scores=False, training=None, use_causal_mask=False,
    ):  # fmt: skip
        key = value if key is None else key
        rank, axes = query.ndim, self.attention_axes
        assert isinstance(axes, tuple)
        others = [axis for axis in range(rank - 1) if axis not in axes]
        # (batch, other axes, heads, places, size): places are all of `attention_axes` in one
        order = [*others, rank - 1, *axes, rank]

        def arranged(x: Any) -> Any:
            x = x.transpose(order)
            return x.reshape(*x.shape[: len(others) + 1], -1, x.shape[-1])

        q, k, v = (
            arranged(dense(x))
            for dense, x in ((self.query_dense, query), (self.key_dense, key), (self.value_dense, value))
        )
        targets, sources = q.shape[-2], k.shape[-2]
        if attention_mask is not None and len(axes) > 1:
            attention_mask = jnp.reshape(attention_mask, (*attention_mask.shape[: -2 * len(axes)], targets, sources))
        allowed = self._allowed(targets, sources, attention_mask, query_mask, value_mask, key_mask, use_causal_mask)
        if allowed is not None:  # (batch, [heads,] targets, sources) to the scores' axes
            while allowed.ndim < q.ndim:
                allowed = jnp.expand_dims(allowed, -3)
        weights, dropped = self._weights(q, k, 1 / math.sqrt(self.key_dim), allowed, training)
        y = dropped @ v
        places = [query.shape[axis] for axis in axes]
        y = y.reshape(*y.shape[: len(others) + 1], *places, y.shape[-1])
        y = y.transpose([order.index(axis) for axis in range(rank + 1)])
        if self.use_gate:
            y = y * self._gate_dense(query)
        y = self.output_dense(y)
        if not return_attention_scores:
            return y
        from_places = [key.shape[axis] for axis in axes]
        return y, weights.reshape(*weights.shape[: len(others) + 1], *places, *from_places)


class GroupedQueryAttention(Heads):
    """Multi-head attention in which several heads of queries share one head of keys and values.

    Args:
        head_dim: size of one head.
        num_query_heads: heads of queries, a multiple of the other.
        num_key_value_heads: heads of keys and values.
        dropout, sliding_window, use_gate: as of `MultiHeadAttention`, where shapes and masks are told, too.

    Reference: Ainslie et al. 2023, arXiv:2305.13245.
    """

    def __init__(
        self,
        head_dim: int,
        num_query_heads: int,
        num_key_value_heads: int,
        dropout: float = 0.0,
        use_bias: bool = True,
        sliding_window: int | None = None,
        flash_attention: bool | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        use_gate: bool = False,
        seed: int | None = None,
        **kwargs: Any,
    ):
        given = settings(locals())
        for name in ("head_dim", "num_query_heads", "num_key_value_heads"):
            given.pop(name)
        super().__init__(**given, **kwargs)
        self.head_dim = positive_int("head_dim", head_dim)
        self.num_query_heads = positive_int("num_query_heads", num_query_heads)
        self.num_key_value_heads = positive_int("num_key_value_heads", num_key_value_heads)
        if self.num_query_heads % self.num_key_value_heads:
            raise ValueError(
                f"{describe(self)}: {num_key_value_heads} heads of keys do not divide {num_query_heads} of queries"
            )

    def build(self, query_shape, value_shape, key_shape=None):
        key_shape = value_shape if key_shape is None else key_shape
        if not len(query_shape) == len(value_shape) == len(key_shape) == 3:
            raise ShapeError(
                f"{describe(self)} needs query, value and key (batch, length, features); got "
                f"{', '.join(format_shape(tuple(s)) for s in (query_shape, value_shape, key_shape))}"
            )
        self.query_dense = self._projection("query", tuple(query_shape), self.num_query_heads, self.head_dim)
        self.key_dense = self._projection("key", tuple(key_shape), self.num_key_value_heads, self.head_dim)
        if self.use_gate:
            self._gate_dense = self._projection(
                "gate", tuple(query_shape), self.num_query_heads, self.head_dim, activation="sigmoid"
            )
        self.value_dense = self._projection("value", tuple(value_shape), self.num_key_value_heads, self.head_dim)
        self.output_dense = self._output(3, self.num_query_heads, self.head_dim, (query_shape[-1],))

    def call(
        self, query, value, key=None, query_mask=None, value_mask=None, key_mask=None, attention_mask=None,
        return_attention_scores=False, training=None, use_causal_mask=False,
    ):  # fmt: skip
        key = value if key is None else key
        shared = self.num_query_heads // self.num_key_value_heads
        q, k, v = (
            dense(x).transpose(0, 2, 1, 3)  # (batch, heads, length, size)
            for dense, x in ((self.query_dense, query), (self.key_dense, key), (self.value_dense, value))
        )
        k, v = jnp.repeat(k, shared, axis=1), jnp.repeat(v, shared, axis=1)
        allowed = self._allowed(
            q.shape[-2], k.shape[-2], attention_mask, query_mask, value_mask, key_mask, use_causal_mask
        )
        if allowed is not None and allowed.ndim < 4:
            allowed = jnp.expand_dims(allowed, -3)
        weights, dropped = self._weights(q, k, 1 / math.sqrt(self.head_dim), allowed, training)
        y = (dropped @ v).transpose(0, 2, 1, 3)
        if self.use_gate:
            y = y * self._gate_dense(query)
        y = self.output_dense(y)
        return (y, weights) if return_attention_scores else y


GroupQueryAttention = GroupedQueryAttention
