"""The modules inside `tensorflow` that are tables of names, each as `names(release, name)`."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import jax.numpy as jnp

from ... import tree
from ..releases import Release
from . import arrays, environment, image, records, steps, types
from . import data as data_module
from .refused import IO, TRAIN, refused
from .table import array, functions


class Names:
    """A namespace: called with (release, name) it gives what is meant.

    Raises:
        AttributeError: it has no such name.
    """

    def __init__(self, names: Mapping[str, Any]):
        self.names = names

    def __call__(self, release: Release, name: str) -> Any:
        if name not in self.names:
            raise AttributeError(name)
        return self.names[name]


NEST: dict[str, Any] = {
    **{
        name: getattr(tree, name)
        for name in ("flatten", "map_structure", "pack_sequence_as", "assert_same_structure", "is_nested")
    },
    "is_sequence": tree.is_nested,
    "map_structure_up_to": lambda shallow, func, *inputs, **kwargs: tree.map_structure_up_to(shallow, func, *inputs),
}


def of_numpy(release: Release, name: str) -> Any:
    """`tf.experimental.numpy`: NumPy's functions on arrays."""
    return environment.nothing if name == "experimental_enable_numpy_behavior" else getattr(jnp, name)


_FILES = {name: getattr(image, name) for name in image.__all__ if name.startswith(("decode_", "encode_"))}
of_config = Names(environment.config)
of_test = Names(environment.test)
of_errors = Names(environment.errors)
of_gfile = Names(environment.gfile)
of_logging = Names(environment.logging)
of_distribute = Names(environment.distribute)
of_debugging = Names(environment.debugging)
of_autograph = Names(environment.autograph)
of_sysconfig = Names(environment.sysconfig)
of_compat = Names(environment.compat)
of_types = Names({"TensorLike": Any})
of_audio = Names({"decode_wav": environment.decode_wav})
of_nest = Names(NEST)
of_dtypes = Names(
    {name: getattr(types, name) for name in types.__all__} | {"cast": arrays.cast, "complex": arrays.complex}
)
of_bitwise = Names(
    functions(
        {
            f"bitwise_{name}": (lambda x, y, name=name: getattr(jnp, f"bitwise_{name}")(array(x), array(y)))
            for name in ("and", "or", "xor")
        }
    )
)
of_io = Names(
    {
        "read_file": environment.read_file,
        "write_file": environment.write_file,
        "matching_files": environment.matching_files,
        **_FILES,
        **records.IO,
        **refused(IO, "io."),
    }
)
of_data = Names(
    {**{name: getattr(data_module, name) for name in data_module.__all__}, "TFRecordDataset": records.TFRecordDataset}
    | {"experimental": SimpleNamespace(**{name: getattr(data_module, name) for name in data_module.__all__},
                                       cardinality=lambda dataset: dataset.cardinality())}
    | {"cardinality": lambda dataset: dataset.cardinality(), "enable_debug_mode": environment.nothing,
       "prefetch_to_device": lambda *args, **kwargs: lambda dataset: dataset,
       "copy_to_device": lambda *args, **kwargs: lambda dataset: dataset,
       "assert_cardinality": lambda count: lambda dataset: data_module.Dataset(dataset._make, int(count)),
       "ignore_errors": lambda *args, **kwargs: lambda dataset: dataset,
       "AutoShardPolicy": SimpleNamespace(AUTO=0, FILE=1, DATA=2, HINT=3, OFF=-1),
       "make_one_shot_iterator": lambda dataset: dataset.make_one_shot_iterator(),
       "make_initializable_iterator": lambda dataset: dataset.make_one_shot_iterator()}
)  # fmt: skip


def list_local_devices() -> list[Any]:
    """The devices, as `tensorflow.python.client.device_lib` lists them."""
    names = [device.name for device in environment.list_physical_devices()]
    return [SimpleNamespace(name=name, device_type=name.split(":")[-2], memory_limit=0) for name in names]


of_device_lib = Names({"list_local_devices": list_local_devices})


def version(release: Release) -> str:
    """The version of TensorFlow that a release ran on."""
    return "2.15.1" if release.formulas in ("tf2", "keras3") else "1.15.5"


def of_tensorflow(release: Release, name: str) -> Any:
    """What depends on the release in `tensorflow` itself."""
    return Names(dict.fromkeys(("__version__", "VERSION"), version(release)))(release, name)


def of_version(release: Release, name: str) -> Any:
    return Names(dict.fromkeys(("VERSION", "GIT_VERSION", "COMPILER_VERSION"), version(release)))(release, name)


def of_train(release: Release, name: str) -> Any:
    """Optimizers of TensorFlow 1; all else is refused."""
    return steps.optimizer(release, name) if name in steps.OPTIMIZERS else _TRAIN(release, name)


_OF_FILES = {"latest_checkpoint": environment.latest_checkpoint, **records.TRAIN}
_TRAIN = Names(_OF_FILES | refused(TRAIN, "train."))
of_train.names = {*steps.OPTIMIZERS, *_OF_FILES, *TRAIN}  # type: ignore[attr-defined]
