"""Attention without projections: each query takes a weighted mean of the values."""

from typing import Any

import jax
import jax.numpy as jnp

from ...engine.errors import ShapeError, format_shape
from ...engine.layer import Layer
from ...engine.randomness import SeedGenerator
from ..arguments import describe, one_of, share
from ..regularization import drop


class Attention(Layer):
    """`softmax(scores(query, key)) @ value`.

    Args:
        use_scale: whether to learn a factor of the scores.
        score_mode: "dot" for products of query and key, "concat" for `sum(tanh(query + key))`.
        dropout: share of the weights that are dropped in training.
        seed: of the dropout.

    Shapes:
        inputs: a list of query (batch, targets, size), value (batch, sources, size) and, if it is not the value, key
            (batch, sources, size)
        output: (batch, targets, size); with `return_attention_scores` also the weights (batch, targets, sources)

    Mask: a list of those of query (batch, targets) and value (batch, sources). Nobody looks at masked values; the
        output has the query's mask, and is 0 where it is masked.

    Weights:
        scale: (), with `use_scale`
        concat_score_weight: (), with `score_mode="concat"`

    Reference: Luong et al. 2015, arXiv:1508.04025.
    """

    def __init__(
        self,
        use_scale: bool = False,
        score_mode: str = "dot",
        dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.use_scale = use_scale
        self.score_mode = one_of("score_mode", score_mode, ("dot", "concat"))
        self.dropout = share("dropout", dropout)
        self.seed = seed
        self.supports_masking = True
        if self.dropout > 0:
            self.seed_generator = SeedGenerator(seed)

    def build(self, input_shape):
        self._check_shapes(input_shape)
        self.scale = self.concat_score_weight = None
        if self.use_scale:
            self.scale = self.add_weight(name="scale", shape=(), initializer="ones")
        if self.score_mode == "concat":
            self.concat_score_weight = self.add_weight(name="concat_score_weight", shape=(), initializer="ones")

    def _check_shapes(self, shapes: Any) -> None:
        if (
            not isinstance(shapes, (list, tuple))
            or not 2 <= len(shapes) <= 3
            or not isinstance(shapes[0], (list, tuple))
        ):
            raise ShapeError(f"{describe(self)} is called on a list: [query, value] or [query, value, key]")
        if len(shapes[0]) < 2 or shapes[0][-1] != shapes[-1][-1]:
            told = ", ".join(format_shape(tuple(shape)) for shape in shapes)
            raise ShapeError(f"{describe(self)}: query and key need the same size; got {told}")

    def scores(self, query: Any, key: Any) -> Any:
        """(batch, targets, sources): how much each source matters to each target, before the softmax."""
        if self.score_mode == "dot":
            scores = query @ jnp.swapaxes(key, -1, -2)
            return scores if self.scale is None else scores * self.scale.value
        summed = query[..., :, None, :] + key[..., None, :, :]
        if self.scale is not None:
            summed = self.scale.value * summed
        return self.concat_score_weight.value * jnp.sum(jnp.tanh(summed), axis=-1)

    def call(self, inputs, mask=None, training=False, return_attention_scores=False, use_causal_mask=False):
        self._check_shapes([part.shape for part in inputs])
        query, value = inputs[:2]
        key = inputs[2] if len(inputs) > 2 else value
        of_query, of_value = (None, None) if mask is None else self._checked_masks(mask)
        scores = self.scores(query, key)
        allowed = None if of_value is None else jnp.expand_dims(of_value, -2)
        if use_causal_mask:
            causal = jnp.tril(jnp.ones(scores.shape[-2:], bool))
            allowed = causal if allowed is None else allowed & causal
        if allowed is not None:
            lowest = 65504.0 if scores.dtype == jnp.float16 else 1e9
            scores = jnp.where(allowed, scores, scores - lowest)
        weights = jax.nn.softmax(scores)
        if training and self.dropout > 0:
            weights = drop(weights, self.dropout, self.seed_generator)
        result = weights @ value
        if of_query is not None:
            result = jnp.where(of_query[..., None], result, jnp.zeros((), result.dtype))
        return (result, weights) if return_attention_scores else result

    def _checked_masks(self, mask: Any) -> list[Any]:
        if not isinstance(mask, (list, tuple)) or not 2 <= len(mask) <= 3:
            raise ShapeError(f"{describe(self)} takes a list of masks: [of the query, of the value]; got {mask!r}")
        return [None if part is None else jnp.asarray(part, bool) for part in mask[:2]]

    def compute_mask(self, inputs, previous_mask=None):
        return previous_mask[0] if isinstance(previous_mask, (list, tuple)) else None


class AdditiveAttention(Attention):
    """Attention with the scores `sum(scale * tanh(query + key))`.

    Args:
        use_scale: whether the factor of each feature is learned; else it is 1.
        dropout: share of the weights that are dropped in training.

    Shapes and masks as of `Attention`.

    Weights:
        scale: (size,), with `use_scale`

    Reference: Bahdanau et al. 2014, arXiv:1409.0473.
    """

    not_in_config = ("score_mode",)

    def __init__(self, use_scale: bool = True, dropout: float = 0.0, **kwargs: Any):
        super().__init__(use_scale=use_scale, dropout=dropout, **kwargs)

    def build(self, input_shape):
        self._check_shapes(input_shape)
        self.scale = None
        if self.use_scale:
            self.scale = self.add_weight(name="scale", shape=(input_shape[0][-1],), initializer="glorot_uniform")

    def scores(self, query: Any, key: Any) -> Any:
        """(batch, targets, sources): how much each source matters to each target, before the softmax."""
        scale = 1.0 if self.scale is None else self.scale.value
        return jnp.sum(scale * jnp.tanh(query[..., :, None, :] + key[..., None, :, :]), axis=-1)
