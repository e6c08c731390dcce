"""Random keys for layers and functions that draw."""

from .engine.randomness import SeedGenerator

__all__ = ["SeedGenerator"]
