"""Small data sets to try things on, loaded once and then read from `~/.keras/datasets` (or `$KERAS_HOME/datasets`).

Without a network, each says which file to put where.
"""

from . import boston_housing, california_housing, cifar10, cifar100, fashion_mnist, imdb, mnist, reuters

__all__ = [
    "boston_housing", "california_housing", "cifar10", "cifar100", "fashion_mnist", "imdb", "mnist", "reuters",
]  # fmt: skip
