"""`keras.utils.multi_gpu_utils`: several devices."""

from typing import Any

from ..notices import notice

__all__ = ["multi_gpu_model"]


def multi_gpu_model(model: Any, gpus: Any = None, cpu_merge: bool = True, cpu_relocation: bool = False) -> Any:
    """The model itself: its numbers are those of several devices, and how it is spread over them is said elsewhere."""
    notice("multi_gpu_model", "the model itself; data parallelism is a matter of `keras.distribution`")
    return model
