"""Devices, files, versions and logging: what scripts set up around their models, mostly with nothing to do."""

import contextlib
import glob as python_glob
import io
import logging as python_logging
import os
import shutil
import unittest
import wave
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from .control import CHECKS, InvalidArgumentError, OpError, check_numerics

PhysicalDevice = namedtuple("PhysicalDevice", ["name", "device_type"])
LogicalDevice = namedtuple("LogicalDevice", ["name", "device_type"])


def _as_text(x: Any, encoding: str = "utf-8") -> str:
    return x.decode(encoding) if isinstance(x, bytes) else str(x)


def nothing(*args: Any, **kwargs: Any) -> None:
    """Accepted; there is nothing to do."""


def _devices(kind: Any, make: Any) -> list[Any]:
    names = {"cpu": "CPU", "gpu": "GPU", "tpu": "TPU", "cuda": "GPU", "rocm": "GPU"}
    found = [names.get(device.platform, device.platform.upper()) for device in jax.devices()]
    found = found if "CPU" in found else ["CPU", *found]
    numbered = [(name, found[:index].count(name)) for index, name in enumerate(found)]
    return [make(f"/physical_device:{name}:{n}", name) for name, n in numbered if kind in (None, name)]


def list_physical_devices(device_type: str | None = None) -> list[Any]:
    """The devices that JAX has, of one type ("CPU", "GPU", "TPU") or all."""
    return _devices(device_type, PhysicalDevice)


def list_logical_devices(device_type: str | None = None) -> list[Any]:
    return _devices(device_type, LogicalDevice)


_SETTERS = (
    "set_memory_growth set_visible_devices set_logical_device_configuration set_virtual_device_configuration "
    "set_soft_device_placement set_synchronous_execution enable_mlir_bridge enable_tensor_float_32_execution "
    "run_functions_eagerly experimental_run_functions_eagerly experimental_connect_to_cluster enable_op_determinism"
).split()
config: dict[str, Any] = {
    **dict.fromkeys(_SETTERS, nothing),
    "list_physical_devices": list_physical_devices,
    "list_logical_devices": list_logical_devices,
    "get_visible_devices": list_physical_devices,
    "get_memory_growth": lambda device: True,
    "get_device_details": lambda device: {"device_name": device.name},
    "get_memory_info": lambda device: {"current": 0, "peak": 0},
    "get_memory_usage": lambda device: 0,
    "reset_memory_stats": nothing,
    "functions_run_eagerly": lambda: False,
    "LogicalDeviceConfiguration": SimpleNamespace,
    "VirtualDeviceConfiguration": SimpleNamespace,
    "optimizer": SimpleNamespace(set_jit=nothing, set_experimental_options=nothing, get_jit=lambda: ""),
    "threading": SimpleNamespace(
        **{
            f"{verb}_{what}_op_parallelism_threads": lambda *args: 0
            for verb in ("set", "get")
            for what in ("intra", "inter")
        }
    ),
}

# -- tf.test


def is_gpu_available(*args: Any, **kwargs: Any) -> bool:
    return bool(list_physical_devices("GPU"))


def gpu_device_name() -> str:
    """The first GPU's name, or nothing."""
    return "/device:GPU:0" if is_gpu_available() else ""


test: dict[str, Any] = {
    "is_gpu_available": is_gpu_available,
    "gpu_device_name": gpu_device_name,
    "is_built_with_cuda": is_gpu_available,
    "is_built_with_gpu_support": is_gpu_available,
    "is_built_with_rocm": lambda: False,
    "is_built_with_xla": lambda: True,
    "is_built_with_gpu": is_gpu_available,
    "TestCase": unittest.TestCase,
    "main": unittest.main,
}

# -- tf.errors


def _error(name: str, *bases: type) -> type:
    return type(name, (OpError, *bases), {"__doc__": f"TensorFlow's {name}.", "__module__": __name__})


errors: dict[str, Any] = {
    "OpError": OpError,
    "InvalidArgumentError": InvalidArgumentError,
    "NotFoundError": _error("NotFoundError", FileNotFoundError),
    "OutOfRangeError": _error("OutOfRangeError"),
    "ResourceExhaustedError": _error("ResourceExhaustedError", MemoryError),
    **{
        name: _error(name)
        for name in ("AbortedError", "AlreadyExistsError", "CancelledError", "DataLossError", "DeadlineExceededError",
                     "FailedPreconditionError", "InternalError", "PermissionDeniedError", "UnavailableError",
                     "UnimplementedError", "UnknownError")
    },
}  # fmt: skip

# -- tf.io, tf.io.gfile and tf.gfile


class GFile:
    """A file, as `open` gives it."""

    def __new__(cls, name: Any, mode: str = "r") -> Any:
        return open(os.fspath(name), mode)


def _is_there(path: Any) -> bool:
    return os.path.exists(os.fspath(path))


def _glob(pattern: Any) -> list[str]:
    patterns = [pattern] if isinstance(pattern, (str, os.PathLike)) else pattern
    return [name for one in patterns for name in sorted(python_glob.glob(os.fspath(one)))]


def _copy(src: Any, dst: Any, overwrite: bool = False) -> None:
    if os.path.exists(dst) and not overwrite:
        raise errors["AlreadyExistsError"](f"{dst} is there already")
    shutil.copyfile(src, dst)


def _rename(src: Any, dst: Any, overwrite: bool = False) -> None:
    if os.path.exists(dst) and not overwrite:
        raise errors["AlreadyExistsError"](f"{dst} is there already")
    os.replace(src, dst)


def _make_directories(path: Any) -> None:
    os.makedirs(path, exist_ok=True)


gfile: dict[str, Any] = {
    "GFile": GFile, "copy": _copy, "exists": _is_there, "glob": _glob, "isdir": os.path.isdir, "join": os.path.join,
    "listdir": os.listdir, "makedirs": _make_directories, "mkdir": os.mkdir, "remove": os.remove, "rename": _rename,
    "rmtree": shutil.rmtree, "stat": os.stat, "walk": os.walk,
}  # fmt: skip
_OLD_GFILE = {
    "Open": "GFile", "FastGFile": "GFile", "Copy": "copy", "Exists": "exists", "Glob": "glob", "IsDirectory": "isdir",
    "ListDirectory": "listdir", "MakeDirs": "makedirs", "MkDir": "mkdir", "Remove": "remove", "Rename": "rename",
    "DeleteRecursively": "rmtree", "Stat": "stat", "Walk": "walk",
}  # fmt: skip
gfile |= {old: gfile[new] for old, new in _OLD_GFILE.items()}


def read_file(filename: Any, name: str | None = None) -> bytes:
    """The bytes of a file."""
    return Path(os.fspath(getattr(filename, "item", lambda: filename)())).read_bytes()


def latest_checkpoint(checkpoint_dir: Any, latest_filename: Any = None) -> str | None:
    """The file in a folder that was written last, None where there is none."""
    folder = Path(os.fspath(checkpoint_dir))
    files = [path for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []
    return str(max(files, key=lambda path: (path.stat().st_mtime_ns, path.name))) if files else None


def matching_files(pattern: Any, name: str | None = None) -> Any:
    """The names of files that match a pattern, sorted."""
    return np.array(sorted(_glob(pattern)), object)


def write_file(filename: Any, contents: Any, name: str | None = None) -> None:
    """Write bytes or text to a file."""
    data = contents.encode() if isinstance(contents, str) else bytes(contents)
    Path(os.fspath(filename)).write_bytes(data)


def decode_wav(contents: Any, desired_channels: int = -1, desired_samples: int = -1, name: Any = None) -> Any:
    """(audio (samples, channels) from -1 to 1, samples per second) of the bytes of a WAV file of 16-bit numbers."""
    with wave.open(io.BytesIO(bytes(contents))) as file:
        if file.getsampwidth() != 2:
            raise ValueError(f"decode_wav reads numbers of 16 bits; these have {8 * file.getsampwidth()}")
        numbers = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, file.getnchannels())
        rate = file.getframerate()
    audio = numbers.astype("float32") / 32768
    if desired_channels > 0:
        audio = audio[:, :desired_channels] if audio.shape[1] >= desired_channels else audio.repeat(desired_channels, 1)
    if desired_samples > 0:
        audio = np.pad(audio[:desired_samples], [(0, max(0, desired_samples - len(audio))), (0, 0)])
    return DecodedWav(jnp.asarray(audio), jnp.asarray(rate, "int32"))


DecodedWav = namedtuple("DecodedWav", ["audio", "sample_rate"])

# -- tf.logging

_logger = python_logging.getLogger("tensorflow")
logging: dict[str, Any] = {
    **{level: getattr(python_logging, level) for level in ("DEBUG", "INFO", "WARN", "ERROR", "FATAL")},
    **{name: getattr(_logger, name) for name in ("debug", "info", "warning", "error", "fatal", "log")},
    "warn": _logger.warning,
    "set_verbosity": _logger.setLevel,
    "get_verbosity": _logger.getEffectiveLevel,
}


def get_logger() -> Any:
    return _logger


# -- tf.distribute


class Strategy:
    """One replica: Dovetail spreads over devices by `jax.sharding`, outside of this module."""

    num_replicas_in_sync = 1

    def __init__(self, *args: Any, **kwargs: Any):
        pass

    @contextlib.contextmanager
    def scope(self) -> Iterator[None]:
        yield

    def run(self, fn: Any, args: Any = (), kwargs: Any = None, options: Any = None) -> Any:
        return fn(*args, **(kwargs or {}))

    def reduce(self, reduce_op: Any, value: Any, axis: Any = None) -> Any:
        return value

    def experimental_distribute_dataset(self, dataset: Any, options: Any = None) -> Any:
        return dataset


_STRATEGIES = (
    "Strategy MirroredStrategy OneDeviceStrategy MultiWorkerMirroredStrategy CentralStorageStrategy TPUStrategy "
    "ParameterServerStrategy CollectiveAllReduceStrategy ReplicaContext get_replica_context"
).split()


class NoCluster:
    """A cluster of TPUs as TensorFlow looks for them: there is none, which scripts expect and go on without."""

    def __init__(self, *args: Any, **kwargs: Any):
        raise ValueError("there is no cluster of TPUs for TensorFlow here: JAX finds TPUs by itself")

    @classmethod
    def connect(cls, *args: Any, **kwargs: Any) -> Any:
        return cls()


distribute: dict[str, Any] = {
    **dict.fromkeys(_STRATEGIES, Strategy),
    **dict.fromkeys(
        (
            "HierarchicalCopyAllReduce",
            "NcclAllReduce",
            "ReductionToOneDevice",
            "RunOptions",
            "InputOptions",
            "InputContext",
            "CommunicationOptions",
        ),
        SimpleNamespace,
    ),
    "CollectiveCommunication": SimpleNamespace(AUTO="AUTO", RING="RING", NCCL="NCCL"),
    "cluster_resolver": SimpleNamespace(TPUClusterResolver=NoCluster, TFConfigClusterResolver=SimpleNamespace),
    "in_cross_replica_context": lambda: True,
    "get_strategy": Strategy,
    "has_strategy": lambda: False,
    "ReduceOp": SimpleNamespace(SUM="SUM", MEAN="MEAN"),
}
debugging: dict[str, Any] = {
    **CHECKS,
    "check_numerics": check_numerics,
    "enable_check_numerics": nothing,
    "set_log_device_placement": nothing,
    "disable_traceback_filtering": nothing,
    "enable_traceback_filtering": nothing,
}
autograph: dict[str, Any] = {
    "set_verbosity": nothing,
    "experimental": SimpleNamespace(do_not_convert=lambda func=None: func if func is not None else lambda f: f),
}
profiler = SimpleNamespace(
    experimental=SimpleNamespace(
        start=nothing,
        stop=nothing,
        Profile=contextlib.nullcontext,
        Trace=lambda *args, **kw: contextlib.nullcontext(),
    )
)
tpu = SimpleNamespace(
    experimental=SimpleNamespace(initialize_tpu_system=nothing, shutdown_tpu_system=nothing), XLAOptions=SimpleNamespace
)
compat: dict[str, Any] = {
    **dict.fromkeys(("as_text", "as_str", "as_str_any"), _as_text),
    "as_bytes": lambda x, encoding="utf-8": x if isinstance(x, bytes) else str(x).encode(encoding),
    "path_to_str": os.fspath,
    "bytes_or_text_types": (bytes, str),
    "integral_types": (int, np.integer),
    "real_types": (int, float, np.integer, np.floating),
    "dimension_value": lambda dimension: getattr(dimension, "value", dimension),
    "forward_compatible": lambda *args: True,
}
sysconfig: dict[str, Any] = {"get_build_info": dict}
