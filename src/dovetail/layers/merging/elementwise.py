"""Merges of values at the same place: sum, difference, product, mean, extremes."""

import functools
from typing import Any

import jax.numpy as jnp

from .base import MergeLayer
from .guidance import Guidance


class Add(MergeLayer):
    """Elementwise sum of the branches.

    Example:
        >>> Add()([jnp.array([1.0, 3.0]), jnp.array([3.0, 5.0])])
        Array([4., 8.], dtype=float32)
    """

    guidance = Guidance(
        "Sums evidence: an OR for relu features, and the way around a block in residual networks.",
        "No parameters; keeps the width.",
    )

    def merge(self, branches: list[Any]) -> Any:
        return functools.reduce(jnp.add, branches)


class Subtract(MergeLayer):
    """The first of two branches minus the second.

    Example:
        >>> Subtract()([jnp.array([1.0, 3.0]), jnp.array([3.0, 5.0])])
        Array([-2., -2.], dtype=float32)
    """

    guidance = Guidance(
        "The difference of two branches; with a square it tests for equality, as in similarity and attention.",
        "No parameters; keeps the width; the order of the branches matters.",
    )
    min_branches = max_branches = 2

    def merge(self, branches: list[Any]) -> Any:
        return jnp.subtract(*branches)


class Multiply(MergeLayer):
    """Elementwise product of the branches.

    Example:
        >>> Multiply()([jnp.array([1.0, 3.0]), jnp.array([3.0, 5.0])])
        Array([ 3., 15.], dtype=float32)
    """

    guidance = Guidance(
        "Gating: one branch weighs the other; agreement of signs for tanh features, an AND for relu features.",
        "No parameters; keeps the width; gradients vanish where a branch is 0.",
    )

    def merge(self, branches: list[Any]) -> Any:
        return functools.reduce(jnp.multiply, branches)

    def merge_masked(self, branches: list[Any], masks: list[Any]) -> Any:
        """Masked values are factors of 1; where every branch is masked the product is 0."""
        pairs = zip(branches, masks, strict=True)
        product = self.merge([b if mask is None else jnp.where(mask, b, jnp.ones((), b.dtype)) for b, mask in pairs])
        if any(mask is None for mask in masks):
            return product
        return jnp.where(functools.reduce(jnp.logical_or, masks), product, jnp.zeros((), product.dtype))


class Average(MergeLayer):
    """Elementwise mean of the branches.

    Example:
        >>> Average()([jnp.array([1.0, 3.0]), jnp.array([3.0, 5.0])])
        Array([2., 4.], dtype=float32)
    """

    guidance = Guidance(
        "Equal votes: the scale stays the same whatever the number of branches.",
        "No parameters; keeps the width; Add with another scale.",
    )

    def merge(self, branches: list[Any]) -> Any:
        return functools.reduce(jnp.add, branches) / len(branches)


class Maximum(MergeLayer):
    """Elementwise maximum of the branches.

    Example:
        >>> Maximum()([jnp.array([1.0, 3.0]), jnp.array([3.0, 1.0])])
        Array([3., 3.], dtype=float32)
    """

    guidance = Guidance(
        "Keeps the strongest: invariance to which branch has seen it, an anomaly anywhere.",
        "No parameters; keeps the width; only the larger branch gets a gradient at each place.",
    )

    def merge(self, branches: list[Any]) -> Any:
        return functools.reduce(jnp.maximum, branches)

    def merge_masked(self, branches: list[Any], masks: list[Any]) -> Any:
        return _of_unmasked(jnp.maximum, branches, masks)


class Minimum(MergeLayer):
    """Elementwise minimum of the branches.

    Example:
        >>> Minimum()([jnp.array([1.0, 3.0]), jnp.array([3.0, 1.0])])
        Array([1., 1.], dtype=float32)
    """

    guidance = Guidance(
        "All must agree: the result is high only where every branch is.",
        "No parameters; keeps the width; only the smaller branch gets a gradient at each place.",
    )

    def merge(self, branches: list[Any]) -> Any:
        return functools.reduce(jnp.minimum, branches)

    def merge_masked(self, branches: list[Any], masks: list[Any]) -> Any:
        return _of_unmasked(jnp.minimum, branches, masks)


def _of_unmasked(operation: Any, branches: list[Any], masks: list[Any]) -> Any:
    """A maximum or minimum over the branches that count: the value of one that does not is the other's."""
    result, counts = branches[0], masks[0]
    for branch, mask in zip(branches[1:], masks[1:], strict=True):
        branch = branch if mask is None else jnp.where(mask, branch, result)
        result = result if counts is None else jnp.where(counts, result, branch)
        counts = None if mask is None or counts is None else jnp.logical_or(counts, mask)
        result = operation(result, branch)
    return result
