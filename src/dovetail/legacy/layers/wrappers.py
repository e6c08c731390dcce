"""Bidirectional, as it went on after masked steps before tf.keras."""

from typing import Any, ClassVar

from ...layers import Bidirectional as BidirectionalToday
from ..releases import Release


class Bidirectional(BidirectionalToday):
    """As today's; before tf.keras a masked step repeats the output before it, here as in any recurrent layer."""

    release: ClassVar[Release]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if not self.release.is_tensorflow:
            for direction in (self.forward_layer, self.backward_layer):
                if hasattr(direction, "zero_output_for_mask"):
                    direction.zero_output_for_mask = False
