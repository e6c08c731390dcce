"""Seeds, and starting again from the beginning."""

from ..engine.naming import reset_names
from ..engine.randomness import set_random_seed

__all__ = ["clear_session", "set_random_seed"]


def clear_session(free_memory: bool = True) -> None:
    """Start automatic names again from the beginning; programs and arrays go with the models that hold them."""
    reset_names()
