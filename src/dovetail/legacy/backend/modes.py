"""When a function of the backend computes at once, and when it writes a node of a graph.

Keras 1, Keras 2 and TensorFlow 1 drew everything that was not inside a running function: also what depends on
variables alone, or on nothing, like a random draw. TensorFlow 2 computes such things at once.
"""

from ...engine.context import current
from ..releases import current_release


class _Mode:
    drawing: bool | None = None  # None: as the release does


def set_drawing(drawing: bool | None) -> None:
    """Whether what depends on variables alone is drawn (True) or computed at once (False); None: as the release did."""
    _Mode.drawing = drawing


def draws_variables() -> bool:
    """Whether a function of variables alone gives a symbolic tensor here."""
    if in_call():
        return False
    if _Mode.drawing is not None:
        return _Mode.drawing
    release = current_release()
    return release.dialect < 3 and release.formulas != "tf2"


def in_call() -> bool:
    """Whether values are computed here: inside a layer's `call`, a loss, or any function that is being traced."""
    context = current()
    return context.scope is not None or context.layer is not None
