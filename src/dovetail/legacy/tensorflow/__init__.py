"""The part of TensorFlow that scripts around tf.keras models use, on Dovetail: `import tensorflow as tf` is this.

The functions are tables (`arrays`, `math`, `nn`, `linalg`, `image`), on arrays, variables and symbolic tensors alike;
`data` has tf.data.Dataset; `environment`, `graph` and `control` what scripts set up and loop with. `tf.keras` itself is
answered by `dovetail.legacy.imports`. What is missing raises where it is asked for, see `refused`.
"""

import contextlib
import time
from types import SimpleNamespace
from typing import Any

import jax

from ... import initializers as _initializers
from . import arrays, control, graph, linalg, math, nn, records, types
from . import random as _random
from .arrays import *  # noqa: F403
from .control import *  # noqa: F403
from .environment import get_logger, profiler, tpu
from .graph import *  # noqa: F403
from .image import extract_image_patches, random_crop
from .module import Module
from .namespaces import NEST
from .refused import REFUSED, refused
from .types import *  # noqa: F403

_OF_MATH = {**math._FUNCTIONS, **math.ON_TOP, **math.OLD, **linalg.ON_TOP_OF_TF}
_MATH_ONLY = ("l2_normalize", "log_softmax", "softmax", "top_k", "in_top_k", "softplus", "softsign")
_NAMES: dict[str, Any] = {name: function for name, function in _OF_MATH.items() if name not in _MATH_ONLY}
_NAMES |= {
    "random_normal": _random.normal, "random_uniform": _random.uniform, "truncated_normal": _random.truncated_normal,
    "random_shuffle": _random.shuffle, "multinomial": _random.categorical, "set_random_seed": _random.set_seed,
    "random_gamma": _random.gamma, "random_crop": random_crop, "get_logger": get_logger, "Module": Module,
    "AUTO_REUSE": True, "newaxis": None,
    "zeros_initializer": _initializers.Zeros, "ones_initializer": _initializers.Ones,
    "nest": SimpleNamespace(**NEST), "profiler": profiler, "tpu": tpu, "timestamp": time.time,
    "init_scope": contextlib.nullcontext, "recompute_grad": jax.checkpoint, "Operation": object,
    "VariableAggregation": SimpleNamespace(NONE=0, SUM=1, MEAN=2, ONLY_FIRST_REPLICA=3),
    "VariableSynchronization": SimpleNamespace(AUTO=0, NONE=1, ON_WRITE=2, ON_READ=3),
    "UnconnectedGradients": SimpleNamespace(NONE="none", ZERO="zero"),
    "extract_image_patches": extract_image_patches,
    "space_to_depth": nn.space_to_depth, "depth_to_space": nn.depth_to_space,
    "constant_initializer": _initializers.Constant, "random_normal_initializer": _initializers.RandomNormal,
    "random_uniform_initializer": _initializers.RandomUniform,
    "truncated_normal_initializer": _initializers.TruncatedNormal,
    "glorot_uniform_initializer": _initializers.GlorotUniform,
    "glorot_normal_initializer": _initializers.GlorotNormal,
    "variance_scaling_initializer": _initializers.VarianceScaling,
    "orthogonal_initializer": _initializers.Orthogonal,
}  # fmt: skip
_NAMES |= {name: control.CHECKS[name] for name in control.CHECKS}
_NAMES["check_numerics"] = control.check_numerics
_NAMES |= {name: records.IO[name] for name in records.IO if not name.startswith("TFRecord")}
_NAMES["python_io"] = SimpleNamespace(
    TFRecordWriter=records.TFRecordWriter,
    TFRecordOptions=records.TFRecordOptions,
    tf_record_iterator=lambda path, options=None: records.records(str(path), str(options or "")),
)
_NAMES |= refused(REFUSED)
globals().update(_NAMES)

__all__ = [*_NAMES, *arrays.__all__, *control.__all__, *graph.__all__, *types.__all__]
