"""Arrays that a model gives, as NumPy before 2.4 took them: one of a single number is as good as that number.

Scripts write `float(model.predict(x))`, `int(model.predict_classes(x))` and `row[i] = model.predict(x)`.
"""

from typing import Any, SupportsIndex

import jax
import numpy as np


class Returned(np.ndarray):
    """An array that turns into a Python number where it holds one, whatever its axes."""

    def __float__(self) -> float:
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __complex__(self) -> complex:
        return complex(self.item())

    def __index__(self) -> int:
        return self.item().__index__()

    def __round__(self, ndigits: SupportsIndex | None = None) -> Any:
        return round(self.item(), ndigits)

    def __reduce_ex__(self, protocol: SupportsIndex) -> Any:  # a plain array in files
        return self.view(np.ndarray).__reduce_ex__(protocol)

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
        return array[()] if array.ndim == 0 else array.view(type(self))  # a sum is a number, not an array of no axes


Returned.__name__ = Returned.__qualname__ = "array"  # which it prints as


def returned(arrays: Any) -> Any:
    """Arrays, nested as they are, as scripts were given them."""
    return jax.tree.map(lambda array: array.view(Returned) if type(array) is np.ndarray else array, arrays)


__all__ = ["Returned", "returned"]
