"""`keras.ops`: functions of arrays that take symbolic tensors and variables too.

`numpy` has what Keras takes from NumPy, `nn` what neural networks are made of, `linalg`, `math`, `image` and `core` the
rest; all of them but `image`'s are here, too.
"""

from . import core, image, linalg, math, nn, numpy
from .core import *  # noqa: F403
from .linalg import *  # noqa: F403
from .math import *  # noqa: F403
from .nn import *  # noqa: F403
from .numpy import *  # noqa: F403

__all__ = [*core.__all__, *linalg.__all__, *math.__all__, *nn.__all__, *numpy.__all__, "image", "linalg", "nn", "numpy"]
