"""Attention layers."""

from .attention import AdditiveAttention, Attention
from .multi_head import GroupedQueryAttention, GroupQueryAttention, MultiHeadAttention

__all__ = ["AdditiveAttention", "Attention", "GroupQueryAttention", "GroupedQueryAttention", "MultiHeadAttention"]
