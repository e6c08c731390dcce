"""Multi-head attention, and its form in which several queries share a key."""

import functools
import math
import operator
from typing import Any

import jax
import jax.numpy as jnp

from ... import constraints, initializers, regularizers
from ...engine.configs import like, to_config
from ...engine.errors import ShapeError, format_shape
from ...engine.layer import Layer
from ...engine.randomness import SeedGenerator
from ..activation import masked_softmax
from ..arguments import describe, positive_int, settings, share
from ..einsum_dense import EinsumDense
from ..regularization import drop


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
        super().__init__(**kwargs)
        self.supports_masking = True
        self.dropout = share("dropout", dropout)
        self.use_bias = use_bias
        self.sliding_window = None if sliding_window is None else positive_int("sliding_window", sliding_window)
        self.flash_attention = flash_attention
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self._projections_regularizer = regularizers.get(activity_regularizer)  # of each projection's output
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.use_gate = use_gate
        self.seed = seed
        if flash_attention and self.dropout > 0:
            raise ValueError(f"{describe(self)}: flash attention has no dropout; leave out one of them")
        if self.dropout > 0:
            self.seed_generator = SeedGenerator(seed)

    not_in_config = ("flash_attention",)

    def get_config(self):
        return super().get_config() | {"activity_regularizer": to_config(self._projections_regularizer)}

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
            kernel_initializer=_fresh(self.kernel_initializer),
            bias_initializer=_fresh(self.bias_initializer),
            kernel_regularizer=self.kernel_regularizer,
            bias_regularizer=self.bias_regularizer,
            activity_regularizer=self._projections_regularizer,
            kernel_constraint=self.kernel_constraint,
            bias_constraint=self.bias_constraint,
            dtype=self.dtype_policy,
            name=name,
        )

    def _allowed(self, targets: int, sources: int, masks: list[Any], causal: bool) -> Any:
        """Where a target may look, (batch, ..., heads or 1, targets, sources), or None for everywhere."""
        found = list(masks)
        rows, columns = jnp.arange(targets)[:, None], jnp.arange(sources)[None]
        if causal:
            found.append(rows >= columns)
        if self.sliding_window is not None:
            found.append(jnp.abs(rows - columns) < self.sliding_window)
        return functools.reduce(operator.and_, found) if found else None

    def _attended(self, query: Any, key: Any, value: Any, allowed: Any, training: Any, scored: bool) -> tuple[Any, Any]:
        """What each head of each target found, and with `scored` (or dropout) the weights it looked with.

        Shapes:
            query: (batch, ..., targets, heads, size); key and value: (batch, ..., sources, heads of keys, size)
            results: (batch, ..., targets, heads, size of values), (batch, ..., heads, targets, sources)
        """
        if scored and self.flash_attention:
            raise ValueError(f"{describe(self)}: flash attention makes no weights; leave `flash_attention` out")
        if query.ndim == 4 and query.shape[-1] == value.shape[-1] and not (scored or self.dropout):
            allowed = None if allowed is None else jnp.expand_dims(allowed, tuple(range(4 - allowed.ndim)))
            return jax.nn.dot_product_attention(query, key, value, mask=allowed), None
        shared = query.shape[-2] // key.shape[-2]
        if shared > 1:
            key, value = jnp.repeat(key, shared, axis=-2), jnp.repeat(value, shared, axis=-2)
        query = query * jnp.asarray(query.shape[-1] ** -0.5, query.dtype)
        weights = masked_softmax(jnp.einsum("...snh,...tnh->...nts", key, query), allowed)
        kept = drop(weights, self.dropout, self.seed_generator) if training and self.dropout else weights
        return jnp.einsum("...nts,...snh->...tnh", kept, value), weights

    def compute_mask(self, query, query_mask=None):
        """The output's mask is the query's."""
        return query_mask


def _fresh(initializer: Any) -> Any:
    """One that draws anew, so that the projections do not start equal."""
    return like(initializer) if hasattr(initializer, "get_config") else initializer


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
        if len(value_shape) != rank or len(key_shape) != rank or rank < 3 or value_shape[1:-1] != key_shape[1:-1]:
            raise ShapeError(
                f"{describe(self)} needs query, value and key with the same number of axes, at least 3, "
                "and value and key equal in all but the last; got "
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
        masks = []
        if attention_mask is not None:
            masks.append(self._pairs(jnp.asarray(attention_mask, bool), query, value))
        if query_mask is not None:
            masks.append(self._to_places(_filled(query_mask, query), query.ndim)[..., None, :, None])
        masks += [
            self._to_places(_filled(mask, value), value.ndim)[..., None, None, :]
            for mask in (value_mask, key_mask)
            if mask is not None
        ]
        q, k, v = (
            self._to_places(dense(x), x.ndim)
            for dense, x in ((self.query_dense, query), (self.key_dense, key), (self.value_dense, value))
        )
        allowed = self._allowed(q.shape[-3], k.shape[-3], masks, use_causal_mask)
        y, weights = self._attended(q, k, v, allowed, training, return_attention_scores)
        order = self._order(query.ndim)
        y = y.reshape(*(query.shape[axis] for axis in order), *y.shape[-2:])
        y = y.transpose(*(order.index(axis) for axis in range(len(order))), -2, -1)
        if self.use_gate:
            y = y * self._gate_dense(query)
        y = self.output_dense(y)
        return (y, weights.reshape(*weights.shape[:-2], *self._sizes(query, value))) if return_attention_scores else y

    def _order(self, rank: int) -> list[int]:
        """The axes of (batch, ..., features) but the last, those that are looked over behind the others."""
        axes = self.attention_axes
        assert isinstance(axes, tuple)
        return [*(axis for axis in range(rank - 1) if axis not in axes), *axes]

    def _sizes(self, *tensors: Any) -> list[int]:
        return [x.shape[axis] for x in tensors for axis in self.attention_axes or ()]

    def _to_places(self, x: Any, rank: int) -> Any:
        """(batch, ..., *more) as (batch, ..., places, *more): the axes that are looked over as one."""
        order, more = self._order(rank), x.shape[rank - 1 :]
        others = [x.shape[axis] for axis in order[: -len(self.attention_axes)]]
        return x.transpose(*order, *range(rank - 1, x.ndim)).reshape(*others, math.prod(self._sizes(x)), *more)

    def _pairs(self, mask: Any, query: Any, value: Any) -> Any:
        """An attention mask with the axes of the weights (batch, ..., heads, targets, sources)."""
        sizes, count = self._sizes(query, value), len(self.attention_axes)
        if count > 1:
            mask = jnp.broadcast_to(mask, (*mask.shape[: -2 * count], *sizes))
            mask = mask.reshape(*mask.shape[: -2 * count], math.prod(sizes[:count]), math.prod(sizes[count:]))
        missing = query.ndim - count + 2 - mask.ndim
        return jnp.expand_dims(mask, tuple(range(-3, -3 - missing, -1)))


def _filled(mask: Any, x: Any) -> Any:
    """A mask (batch, steps) with the shape of `x` without its last axis."""
    mask = jnp.asarray(mask, bool)
    return jnp.broadcast_to(mask.reshape(mask.shape + (1,) * (x.ndim - 1 - mask.ndim)), x.shape[:-1])


class GroupedQueryAttention(Heads):
    """Multi-head attention in which several heads of queries share one head of keys and values.

    Args:
        head_dim: size of one head.
        num_query_heads: heads of queries, a multiple of the other.
        num_key_value_heads: heads of keys and values.
        dropout, sliding_window, use_gate: as of `MultiHeadAttention`, where shapes and masks are told, too.

    Reference: Ainslie et al. 2023, arXiv:2305.13245.
    """

    written_as = "GroupQueryAttention"

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
        self._query_dense = self._projection("query", tuple(query_shape), self.num_query_heads, self.head_dim)
        self._key_dense = self._projection("key", tuple(key_shape), self.num_key_value_heads, self.head_dim)
        if self.use_gate:
            self._gate_dense = self._projection(
                "gate", tuple(query_shape), self.num_query_heads, self.head_dim, activation="sigmoid"
            )
        self._value_dense = self._projection("value", tuple(value_shape), self.num_key_value_heads, self.head_dim)
        self._output_dense = self._output(3, self.num_query_heads, self.head_dim, (query_shape[-1],))

    def call(
        self, query, value, key=None, query_mask=None, value_mask=None, key_mask=None, attention_mask=None,
        return_attention_scores=False, training=None, use_causal_mask=False,
    ):  # fmt: skip
        key = value if key is None else key
        masks = []
        if attention_mask is not None:
            mask = jnp.asarray(attention_mask, bool)
            masks.append(mask if mask.ndim != 3 else mask[:, None])
        if query_mask is not None:
            masks.append(jnp.asarray(query_mask, bool)[:, None, :, None])
        masks += [jnp.asarray(mask, bool)[:, None, None] for mask in (value_mask, key_mask) if mask is not None]
        allowed = self._allowed(query.shape[1], value.shape[1], masks, use_causal_mask)
        q, k, v = self._query_dense(query), self._key_dense(key), self._value_dense(value)
        y, weights = self._attended(q, k, v, allowed, training, return_attention_scores)
        if self.use_gate:
            y = y * self._gate_dense(query)
        y = self._output_dense(y)
        return (y, weights) if return_attention_scores else y


GroupQueryAttention = GroupedQueryAttention
