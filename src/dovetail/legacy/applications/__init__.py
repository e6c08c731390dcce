"""`keras.applications` of old releases: today's builders where the network is the same, those of then elsewhere.

What a builder makes is a model of the release, with layers named as it named them.
"""

import functools
import importlib
import inspect
from collections.abc import Callable
from typing import Any

from ... import applications
from ...applications.building import weights_read_by
from ...engine.context import entered
from ...engine.errors import did_you_mean
from ...engine.graph import get_source_inputs
from ...engine.layer import Layer
from ...engine.naming import get_uid, named_by
from ...engine.tensor import KerasTensor
from ...layers import Input
from ...models import Model
from ...models.cloning import clone_layer, redraw
from ..layers import layer
from ..models import model_class
from ..releases import Release
from . import audio_conv_utils, imagenet_utils, inception_v3, mobilenet, music_tagger_crnn, resnet50

# what old modules held of their own: a function of the release giving it by name
OLD: dict[str, Callable[[Release], dict[str, Any]]] = {
    "audio_conv_utils": audio_conv_utils.held,
    "imagenet_utils": imagenet_utils.held,
    "inception_v3": inception_v3.held,
    "mobilenet": mobilenet.held,
    "mobilenet_v2": mobilenet.held,
    "music_tagger_crnn": music_tagger_crnn.held,
    "resnet50": resnet50.held,
}
# arguments of the package keras_applications: the library that it was to work with
INJECTED = ("backend", "layers", "models", "utils")
# what Keras 1 called the layers of today in automatic names
KERAS1_PREFIXES = {
    "add": "merge",
    "concatenate": "merge",
    "conv2d": "convolution2d",
    "separable_conv2d": "separableconvolution2d",
}


def __getattr__(name: str) -> Any:
    """`of_vgg16` is the function of (release, name) that knows what the module `vgg16` held."""
    if name.startswith("of_"):
        return functools.partial(_of_module, name.removeprefix("of_"))
    raise AttributeError(name)


def of_applications(release: Release, name: str) -> Any:
    """What `keras.applications` itself held under `name`: all builders."""
    if name in HELPERS:
        return HELPERS[name]
    module = next((m for m in ("resnet50", "inception_v3", "music_tagger_crnn") if name in OLD[m](release)), None)
    if module is not None and name[0].isupper():
        return _of_module(module, release, name)
    if not name[0].isupper() or not hasattr(applications, name):
        raise AttributeError(name)
    return _in_the_words_of(release, getattr(applications, name))


def _of_module(module: str, release: Release, name: str) -> Any:
    """What one of the modules held under `name`.

    Raises:
        AttributeError: nothing.
    """
    found = OLD[module](release).get(name) if module in OLD else None
    if found is None:
        today = getattr(applications, module, None)
        if today is None or name not in today.__all__:
            known = [*getattr(today, "__all__", ()), *(OLD[module](release) if module in OLD else ())]
            raise AttributeError(f"keras.applications.{module} has no {name!r}{did_you_mean(name, known)}")
        found = getattr(today, name)
    return _in_the_words_of(release, found)


@functools.cache
def _in_the_words_of(release: Release, member: Any) -> Any:
    """A builder or block that takes the release's arguments and names layers as it did; anything else as it is."""
    if release.dialect == 3 or not inspect.isfunction(member):
        return member
    parameters = inspect.signature(member).parameters
    is_builder = {"input_tensor", "weights"} <= set(parameters)
    order = [name for name in parameters if not (release.dialect == 1 and name == "pooling")]

    @functools.wraps(member)
    def spoken(*args: Any, **kwargs: Any) -> Any:
        given = dict(zip(order, args, strict=False)) | kwargs
        for name in INJECTED:
            given.pop(name, None)
        with named_by(_naming(release)):
            if not is_builder:
                return member(**given)
            return _model(release, member, given)

    return spoken


def _model(release: Release, build: Callable[..., Any], given: dict[str, Any]) -> Any:
    """What `build` makes, as a model of the release: drawn again with its layers, weights read as it read them."""
    tensor = given.get("input_tensor")
    if isinstance(tensor, KerasTensor):
        given = given | {"input_tensor": Input(batch_shape=tensor.shape, dtype=tensor.dtype, name="images")}
    files: list[tuple[Any, dict[str, Any]]] = []
    with weights_read_by(lambda model, file, **how: files.append((file, how))), entered(without_values=True):
        made = build(**given)
    drawn = redraw(made, input_tensors=tensor, clone=functools.partial(_translated, release))
    inputs = drawn.input if tensor is None else get_source_inputs(tensor)
    model = model_class(release, "Model")(inputs, drawn.output, name=made.name)
    for file, how in files:
        model.load_weights(file, **how)
    return model


def _translated(release: Release, one: Layer) -> Layer:
    """A new layer of the release, told what the one of today was told; the rest is as it was then."""
    try:
        cls = layer(release, type(one).__name__)
    except AttributeError:  # one that only its network has
        return clone_layer(one)
    if isinstance(one, Model):
        return clone_layer(one)
    args, kwargs = one._constructor_arguments
    told = inspect.signature(type(one)).bind_partial(*args, **kwargs).arguments
    told |= told.pop("kwargs", {})
    return cls(**{name: value for name, value in one.get_config().items() if name in told or name == "name"})


def _naming(release: Release) -> Callable[[str], str] | None:
    """How a release named layers: `conv2d_1`, `conv2d_2`, ..., and Keras 1 `convolution2d_1`."""

    def name(prefix: str) -> str:
        prefix = "input" if prefix == "input_layer" else prefix
        if release.dialect == 1:
            prefix = KERAS1_PREFIXES.get(prefix, prefix.replace("_", ""))
        number = get_uid(prefix)
        if release.first_name == 0 and prefix != "input":
            return f"{prefix}_{number - 1}" if number > 1 else prefix
        return f"{prefix}_{number}"

    return name


def _library(given: dict[str, Any]) -> tuple[Any, ...]:
    """The four modules that keras_applications worked with, from a function's arguments."""
    return tuple(given.get(name) or importlib.import_module(f"keras.{name}") for name in INJECTED)


def _injected(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` given the four modules by name."""

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **dict(zip(INJECTED, _library(kwargs), strict=True)) | kwargs)

    return wrapped


HELPERS = {"keras_modules_injection": _injected, "get_submodules_from_kwargs": _library}
