"""`keras.preprocessing`: other names for helpers of `dovetail.utils`."""

from ..utils import timeseries_dataset_from_array
from . import image, sequence

__all__ = ["image", "sequence", "timeseries_dataset_from_array"]
