"""Which merge should I use, and what does it cost? Answered by measurement."""

from .candidates import Candidate, ComparisonError, make_candidates, merge_points
from .comparing import compare
from .default import default_comparison, default_model
from .result import CandidateResult, Comparison, Cost, Run

__all__ = [
    "Candidate", "CandidateResult", "Comparison", "ComparisonError", "Cost", "Run",
    "compare", "default_comparison", "default_model", "make_candidates", "merge_points",
]  # fmt: skip
