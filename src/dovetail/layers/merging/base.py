"""MergeLayer: what all merges share. A merge is one equation over its branches; the rest is here."""

from typing import Any, ClassVar

import jax.numpy as jnp

from ...engine.layer import Layer
from ...engine.operation import open_shape
from ...engine.tensor import KerasTensor, Spec
from .branches import check_broadcast, checked_list, filled, names_of
from .guidance import Guidance


class MergeLayer(Layer):
    """Base of layers that join branches: a subclass writes `merge(branches)`.

    Branches of fewer axes get axes of size 1 behind the batch axis; sizes of 1 are repeated; an open axis takes the
    size that another branch knows.

    Shapes:
        branches: a list of arrays (batch, ...) that broadcast together
        output: (batch, ...), the broadcast shape

    Mask: a step is kept if any branch keeps it; without a mask on every branch there is none.

    Raises:
        BranchError: called on something other than a list of tensors, or on too few or too many.
        ShapeError: the branches do not fit; each is named with its shape, with what would make them fit.
    """

    guidance: ClassVar[Guidance]
    min_branches: ClassVar[int] = 1
    max_branches: ClassVar[int | None] = None

    def __init__(self, **kwargs: Any):
        super().__init__(**kwargs)

    def merge(self, branches: list[Any]) -> Any:
        """The equation, on arrays of equal rank."""
        raise NotImplementedError(f"{type(self).__name__} needs a `merge(branches)`")

    def check(self, names: list[str], shapes: list[tuple]) -> None:
        """Raise a ShapeError unless branches of these names and shapes can be merged."""
        check_broadcast(self, names, shapes)

    def known_shapes(self, shapes: list[tuple]) -> list[tuple]:
        """The shapes with what one branch tells of another's open axes."""
        return filled(shapes)

    def merge_masked(self, branches: list[Any], masks: list[Any]) -> Any:
        """As `merge`, where masks (None, or as many axes as the branches) say which values count."""
        return self.merge(branches)

    def call(self, inputs: Any, mask: Any = None) -> Any:
        branches = self.aligned(inputs)
        if not isinstance(mask, (list, tuple)) or all(part is None for part in mask):
            return self.merge(branches)
        rank = branches[0].ndim
        masks = [
            None if part is None else _spread(part, branch.ndim, rank)
            for branch, part in zip(inputs, mask, strict=True)
        ]
        return self.merge_masked(branches, masks)

    def aligned(self, branches: list[Any]) -> list[Any]:
        """The branches with axes behind the batch axis until their ranks agree."""
        rank = max(branch.ndim for branch in branches)
        return [b.reshape(b.shape[:1] + (1,) * (rank - b.ndim) + b.shape[1:]) for b in branches]

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        if not isinstance(previous_mask, (list, tuple)) or any(mask is None for mask in previous_mask):
            return None
        masks = [jnp.asarray(mask, bool) for mask in previous_mask]
        kept = masks[0]
        for mask in masks[1:]:
            kept = jnp.logical_or(kept, mask)
        return kept

    def __call__(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        inputs = checked_list(self, inputs, self.min_branches, self.max_branches)
        self.check(names_of(inputs), [tuple(branch.shape) for branch in inputs])
        return super().__call__(inputs, *args, **kwargs)

    def run(self, args: tuple, kwargs: dict, masks: Any = None) -> tuple[Any, list]:
        """As any layer's; sizes that were open when the graph was drawn are checked now."""
        inputs = checked_list(self, args[0] if args else kwargs["inputs"], self.min_branches, self.max_branches)
        names = [f"branch {i}" for i in range(len(inputs))]
        if len(self._inbound_nodes) == 1 and len(self._inbound_nodes[0].inputs) == len(inputs):
            names = names_of(self._inbound_nodes[0].inputs)
        self.check(names, [open_shape(branch) for branch in inputs])
        return super().run(args, kwargs, masks)

    def _traced_specs(self, args: tuple, kwargs: dict) -> tuple[Any, list | None]:
        """Shapes are traced with every size that any branch knows."""
        inputs = args[0] if args else kwargs["inputs"]
        shapes = self.known_shapes([tuple(branch.shape) for branch in inputs])
        known = [_with_shape(branch, shape) for branch, shape in zip(inputs, shapes, strict=True)]
        if args:
            return super()._traced_specs((known, *args[1:]), kwargs)
        return super()._traced_specs(args, {**kwargs, "inputs": known})


def _spread(mask: Any, ndim: int, rank: int) -> Any:
    """A mask of a branch of `ndim` axes with axes of size 1 where the aligned branch, of `rank` axes, has more."""
    behind = mask.shape[:1] + (1,) * (rank - ndim) + mask.shape[1:]
    return jnp.asarray(mask, bool).reshape(behind + (1,) * (rank - len(behind)))


def _with_shape(branch: Any, shape: tuple) -> Any:
    """A symbolic branch with more of its shape known (and of its mask's)."""
    if not isinstance(branch, KerasTensor):
        return branch
    own = shape[:1] + shape[1 + len(shape) - len(branch.shape) :]
    tensor = KerasTensor(own, branch.dtype, name=branch.name)
    if branch.mask_spec is not None:
        sizes = zip(branch.mask_spec.shape, own, strict=False)
        tensor.mask_spec = Spec(tuple(k if m is None else m for m, k in sizes), branch.mask_spec.dtype)
    return tensor
