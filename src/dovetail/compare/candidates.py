"""Candidates: a model with another merge in one of its merge points, everything after it built again."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jax

from ..engine.configs import like
from ..engine.errors import DovetailError, StateError, unknown_name
from ..engine.layer import Layer
from ..engine.operation import Node
from ..engine.tensor import KerasTensor, shapes_of
from ..layers.merging import MERGES, is_merge, short_name
from ..models import Model
from ..models.cloning import redraw

DEFAULT_MERGES = ("add", "subtract", "multiply", "average", "maximum", "minimum", "concatenate", "dot")


@dataclass(frozen=True)
class Candidate:
    """A model that was built, or the reason why it could not be.

    Attributes:
        name: what tables call it.
        merge: the short name of the merge, or the branch of a baseline.
        places: names of the merge layers that were exchanged.
        model: the model; None if it cannot be built.
        failure: why not.
        is_baseline: one branch alone, without a merge.
        guidance: when to use this merge and what it costs, as the merge itself says.
    """

    name: str
    merge: str
    places: tuple[str, ...]
    model: Model | None = None
    failure: str | None = None
    is_baseline: bool = False
    guidance: str = ""


def merge_points(model: Model) -> list[Node]:
    """The calls of merge layers in a functional model, in running order."""
    graph = model._graph_or_raise("merge points")
    return [node for node in graph.nodes if isinstance(node.operation, Layer) and is_merge(node.operation)]


def make_candidates(model: Model, merges: Any = None, at: Any = "each", baselines: bool = True) -> list[Candidate]:
    """Every candidate for a model.

    Args:
        model: functional, with at least one merge layer.
        merges: short names, merge classes, functions returning a layer, or a dictionary of them by name;
            the eight of Keras when None.
        at: "each" merge point on its own, "all" of them alike, or names of merge layers to exchange alike.
        baselines: whether to add every branch alone.

    Raises:
        StateError: the model is not functional or has no merge layer.
        NameLookupError: a merge or a merge point that does not exist.
    """
    if getattr(model, "_graph", None) is None:
        raise StateError(
            f"compare needs a functional model, Model(inputs, outputs); {type(model).__name__} {model.name!r} has no "
            "graph in which a merge could be exchanged"
        )
    points = merge_points(model)
    if not points:
        names = ", ".join(layer.name for layer in model.layers)
        raise StateError(
            f"{model.name!r} has no merge layer to exchange (its layers: {names}). "
            "Join the branches with a layer such as Add or Concatenate"
        )
    by_name = {node.operation.name: node for node in points}
    found = []
    for places in _places(at, list(by_name)):
        suffix = "" if len(by_name) == 1 or at == "all" else f" at {' and '.join(places)}"
        for name, factory in _factories(merges, [by_name[place] for place in places]).items():
            found.append(_exchanged(model, name + suffix, name, places, factory))
        if baselines:
            found.extend(_branches_alone(model, by_name, places, suffix))
    return found


def _places(at: Any, names: list[str]) -> list[tuple[str, ...]]:
    if at == "each":
        return [(name,) for name in names]
    if at == "all":
        return [tuple(names)]
    chosen = [at] if isinstance(at, str) else list(at)
    for name in chosen:
        if name not in names:
            raise unknown_name("merge point", name, names)
    return [tuple(chosen)]


def _factories(merges: Any, nodes: Sequence[Node]) -> dict[str, Callable[[], Any]]:
    """A function making the layer for every merge; the merge that is there now comes with its own settings."""
    if merges is None:
        merges = DEFAULT_MERGES
    entries = merges.items() if isinstance(merges, Mapping) else ((None, merge) for merge in _as_list(merges))
    original: Any = nodes[0].operation
    factories: dict[str, Callable[[], Any]] = {}
    for given_name, merge in entries:
        name, factory = _factory(merge)
        if short_name(original) == name and isinstance(merge, str):
            factory = lambda: like(original, name=None)  # noqa: E731
        factories[given_name or name] = factory
    return factories


def _as_list(merges: Any) -> Iterable[Any]:
    return merges if isinstance(merges, (list, tuple, set)) else [merges]


def _factory(merge: Any) -> tuple[str, Callable[[], Any]]:
    if isinstance(merge, str):
        if merge.lower() not in MERGES:
            raise unknown_name("merge", merge, MERGES)
        return merge.lower(), MERGES[merge.lower()]
    if isinstance(merge, Layer):
        return short_name(merge), lambda: like(merge, name=None)
    if isinstance(merge, type) and issubclass(merge, Layer):
        return next((name for name, made in MERGES.items() if made is merge), merge.__name__.lower()), merge
    if callable(merge):
        return getattr(merge, "__name__", "custom"), merge
    raise TypeError(f"a merge is a short name, a layer, a layer class or a function returning a layer, not {merge!r}")


def _exchanged(model: Model, name: str, merge: str, places: tuple[str, ...], factory: Callable[[], Layer]) -> Candidate:
    made: dict[int, Layer] = {}

    def call(node: Node, args: tuple, kwargs: dict) -> Any:
        layer = made.setdefault(id(node.operation), factory())
        return layer(*args, **kwargs)

    built, failure = _attempt(model, {place: call for place in places})
    layer = next(iter(made.values()), None)
    text = getattr(getattr(layer, "guidance", None), "text", "") if layer is not None else ""
    return Candidate(name, merge, places, built, failure, guidance=text)


def _branches_alone(model: Model, points: Mapping[str, Node], places: tuple[str, ...], suffix: str) -> list[Candidate]:
    """Every branch of one merge point alone; with several points exchanged alike there is no such baseline."""
    if len(places) != 1:
        return []
    branches = points[places[0]].inputs
    found = []
    for index, branch in enumerate(branches):
        label = branch.node.operation.name
        if any(branch is earlier for earlier in branches[:index]):
            continue

        def alone(node: Node, args: tuple, kwargs: dict, index: int = index) -> Any:
            tensors = [x for x in jax.tree.leaves((args, kwargs)) if isinstance(x, KerasTensor)]
            return tensors[index]

        built, failure = _attempt(model, {places[0]: alone})
        found.append(
            Candidate(f"{label} alone{suffix}", label, places, built, failure, True, f"Only the branch {label!r}.")
        )
    return found


def _attempt(model: Model, replace: dict[str, Any]) -> tuple[Model | None, str | None]:
    """The model with these calls replaced, or the reason why it cannot be built."""
    try:
        candidate = redraw(model, replace)
    except (ValueError, TypeError, IndexError) as error:
        return None, str(error)
    wanted, got = model.output_shape, candidate.output_shape
    if jax.tree.leaves(wanted) != jax.tree.leaves(got):
        return None, (
            f"the model's output would be {shapes_of(candidate.output)} instead of {shapes_of(model.output)}: "
            "no layer after the merge brings it back to the same width"
        )
    _keep_frozen_weights(model, candidate)
    return candidate, None


def _keep_frozen_weights(model: Model, candidate: Model) -> None:
    """Frozen layers are likely trained already: the candidate has their weights, where the shapes still agree."""
    originals = {layer.name: layer for layer in model.layers}
    for layer in candidate.layers:
        original = originals.get(layer.name)
        if original is None or layer.trainable or not layer.weights:
            continue
        if [w.shape for w in layer.weights] == [w.shape for w in original.weights]:
            layer.set_weights(original.get_weights())


class ComparisonError(DovetailError, ValueError):
    """A comparison that cannot be run."""
