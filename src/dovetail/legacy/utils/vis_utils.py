"""`keras.utils.vis_utils`, in Keras 1 `visualize_util`: models as pictures.

A script of then should not end for want of a picture: where pydot or Graphviz is missing, there is a warning.
"""

import warnings
from typing import Any

from ...engine.extras import needed
from ...models import Model, drawing

__all__ = ["add_edge", "is_model", "is_wrapped_model", "model_to_dot", "plot_model"]


def model_to_dot(
    model: Any,
    show_shapes: bool = False,
    show_layer_names: bool = True,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int = 96,
    subgraph: bool = False,
    **kwargs: Any,
) -> Any:
    """The model as a pydot graph, see `dovetail.utils.model_to_dot`."""
    return drawing.model_to_dot(
        model, show_shapes, show_layer_names=show_layer_names, rankdir=rankdir, expand_nested=expand_nested, dpi=dpi,
        subgraph=subgraph, **kwargs,
    )  # fmt: skip


def plot_model(
    model: Any,
    to_file: Any = "model.png",
    show_shapes: bool = False,
    show_layer_names: bool = True,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int = 96,
    **kwargs: Any,
) -> Any:
    """Write a picture of the model to a file, see `dovetail.utils.plot_model`."""
    names = {"show_layer_names": show_layer_names, "rankdir": rankdir, "expand_nested": expand_nested, "dpi": dpi}
    return _drawn(model, to_file, show_shapes, names | kwargs)


def plot(model: Any, to_file: Any = "model.png", show_shapes: bool = False, show_layer_names: bool = True) -> Any:
    """`plot_model` as Keras 1 called it."""
    return _drawn(model, to_file, show_shapes, {"show_layer_names": show_layer_names})


def _drawn(model: Any, to_file: Any, show_shapes: bool, options: dict[str, Any]) -> Any:
    try:
        return drawing.plot_model(model, to_file, show_shapes, **options)
    except ImportError as error:
        warnings.warn(f"{to_file} was not drawn: {error}", stacklevel=3)


def is_model(layer: Any) -> bool:
    """Whether a layer is a model."""
    return isinstance(layer, Model)


def is_wrapped_model(layer: Any) -> bool:
    """Whether a layer wraps a model, as TimeDistributed may."""
    return isinstance(getattr(layer, "layer", None), Model)


def add_edge(dot: Any, src: str, dst: str) -> None:
    """An arrow between two boxes of a pydot graph, unless there is one."""
    if not dot.get_edge(src, dst):
        dot.add_edge(needed("pydot").Edge(src, dst))


KERAS1 = {"plot": plot}
