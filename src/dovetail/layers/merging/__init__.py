"""Layers that join branches."""

from .base import MergeLayer
from .branches import BranchError
from .concatenate import Concatenate
from .dot import Dot
from .elementwise import Add, Average, Maximum, Minimum, Multiply, Subtract
from .functions import add, average, concatenate, dot, maximum, minimum, multiply, subtract
from .guidance import Guidance
from .universal import MERGES, Merge, is_merge, short_name

__all__ = [
    "MERGES", "Add", "Average", "BranchError", "Concatenate", "Dot", "Guidance", "Maximum", "Merge", "MergeLayer",
    "Minimum", "Multiply", "Subtract", "add", "average", "concatenate", "dot", "is_merge", "maximum", "minimum",
    "multiply", "short_name", "subtract",
]  # fmt: skip
