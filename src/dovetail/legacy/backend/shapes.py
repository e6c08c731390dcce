"""Shapes as TensorFlow gave them."""

from typing import Any

import numpy as np


class TensorShape(tuple):
    """A shape as TensorFlow gives it: a tuple of sizes, None for an open one, with its methods."""

    def as_list(self) -> list[int | None]:
        return list(self)

    @property
    def dims(self) -> list[int | None]:
        return [Dimension(size) if size is not None else None for size in self]

    @property
    def ndims(self) -> int:
        return len(self)

    rank = ndims

    def num_elements(self) -> int | None:
        return None if None in self else int(np.prod(self))

    def is_fully_defined(self) -> bool:
        return None not in self

    def with_rank(self, rank: int) -> "TensorShape":
        if rank != len(self):
            raise ValueError(f"the shape {tuple(self)} has {len(self)} axes, not {rank}")
        return self

    def __getitem__(self, key: Any) -> Any:
        item = super().__getitem__(key)
        if isinstance(key, slice):
            return TensorShape(item)
        return item if item is None else Dimension(item)


class Dimension(int):
    """One size of a shape: a number that TensorFlow 1 has under `.value`."""

    @property
    def value(self) -> int:
        return int(self)
