"""`keras.backend` as Keras 1 and 2 had it: every function under its old names, with its old arguments and meaning.

`lifting` says how a function takes arrays, symbolic tensors and variables; `graphs` and `functions` compute parts of a
graph; `hooks` puts on the engine's classes what old code expects of tensors. All that the releases' lists have is here
but what is listed in `tests/legacy/test_backend.py`.
"""

from . import arrays, functions, images, neural, phase, randoms, recurrent, settings, variables
from .arrays import *  # noqa: F403
from .functions import *  # noqa: F403
from .functions import eval
from .images import *  # noqa: F403
from .neural import *  # noqa: F403
from .phase import *  # noqa: F403
from .randoms import *  # noqa: F403
from .recurrent import *  # noqa: F403
from .settings import *  # noqa: F403
from .settings import _get_available_gpus
from .variables import *  # noqa: F403

__all__ = sorted(
    name
    for module in (arrays, functions, images, neural, phase, randoms, recurrent, settings, variables)
    for name in module.__all__
)
