"""What scripts took from `mobilenet` to load its models: the activation and the layer that Keras itself lacked."""

from typing import Any

from ... import ops
from ..layers import layer
from ..releases import Release


def held(release: Release) -> dict[str, Any]:
    return {"relu6": relu6, "DepthwiseConv2D": layer(release, "DepthwiseConv2D")}


def relu6(x: Any) -> Any:
    """x between 0 and 6."""
    return ops.relu6(x)
