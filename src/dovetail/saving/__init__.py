"""Files: written whole or not at all."""

from .files import write_atomically

__all__ = ["write_atomically"]
