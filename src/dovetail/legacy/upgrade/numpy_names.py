"""Names that NumPy has dropped, as what they stood for."""

import math

import libcst as cst
import numpy as np
from libcst import metadata

from ..surroundings import NUMPY_NAMES
from .calls import expression
from .calls import source as text_of
from .names import Names


class NumpyNames(Names):
    """Rewrites `np.int` to `int`, `np.float_` to `np.float64`, `np.product` to `np.prod`."""

    def _numpy_name(self, original: cst.Attribute, updated: cst.Attribute) -> cst.BaseExpression:
        name = original.attr.value
        found = self.get_metadata(metadata.QualifiedNameProvider, original, set()) or ()
        if name in NUMPY_NAMES and any(one.name == f"numpy.{name}" for one in found):
            today = _today(NUMPY_NAMES[name])
            if today is not None:
                return expression(today.format(numpy=text_of(updated.value)))
        return updated


def _today(value: object) -> str | None:
    """How a value is written today; None where no single name stands for it."""
    if isinstance(value, float):
        return "{numpy}.nan" if math.isnan(value) else "{numpy}.inf"
    name = getattr(value, "__name__", "")
    if isinstance(value, type) and value.__module__ == "builtins":
        return name
    return f"{{numpy}}.{name}" if getattr(np, name, None) is value else None
