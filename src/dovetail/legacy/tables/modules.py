"""Which modules the releases had, and what answers for each.

A source `place:function` is called with (release, name) and raises AttributeError where it knows no such name; a source
without a function is a module whose attributes are meant. Sources are asked in order.
"""

from .private import OF_TENSORFLOW, SOURCES

# other names of the same modules
ALIASES = (
    ("tensorflow.python.keras", "keras"),
    ("tensorflow.contrib.keras.api.keras", "keras"),
    ("tensorflow.contrib.keras.python.keras", "keras"),
    ("tensorflow.contrib.keras", "keras"),
    ("tensorflow.compat.v1.keras", "keras"),
    ("tensorflow.compat.v2.keras", "keras"),
    ("tensorflow.keras", "keras"),
    ("tensorflow.initializers", "keras.initializers"),
    ("tensorflow.losses", "keras.losses"),
    ("tensorflow.metrics", "keras.metrics"),
    ("tensorflow.optimizers", "keras.optimizers"),
    ("tensorflow.compat.v1", "tensorflow"),
    ("tensorflow.compat.v2", "tensorflow"),
    ("keras.api._v1.keras", "keras"),
    ("keras.api._v2.keras", "keras"),
    ("keras.api._v1", "keras"),
    ("keras.api._v2", "keras"),
    ("keras.api.keras", "keras"),
    ("keras.api", "keras"),
    ("keras.src.legacy.preprocessing", "keras.preprocessing"),
    ("keras.src.legacy.backend", "keras.backend"),
    ("keras.src", "keras"),
    ("tensorflow_core", "tensorflow"),
    ("keras_preprocessing", "keras.preprocessing"),
    ("keras.datasets.data_utils", "keras.utils.data_utils"),
    ("keras_applications", "keras.applications"),
)

_LAYERS = ("dovetail.legacy.names:of_layers",)
_ENGINE = ("dovetail.legacy.names:of_engine", *_LAYERS)
_MODELS = ("dovetail.legacy.names:of_models", "dovetail.legacy.names:of_saving", "dovetail.models")
_UTILS = (
    "dovetail.legacy.names:of_utils",
    "dovetail.legacy.utils.np_utils",
    "dovetail.legacy.utils.generic_utils",
    "dovetail.legacy.utils.data_utils",
    "dovetail.legacy.utils.io_utils",
    "dovetail.legacy.utils.layer_utils",
    "dovetail.legacy.utils.vis_utils",
    "dovetail.legacy.utils.multi_gpu_utils",
    "dovetail.legacy.preprocessing.datasets",
    "dovetail.utils",
)

_BACKEND = ("dovetail.legacy.names:of_backend", "dovetail.legacy.backend", "dovetail.backend")

MODULES: dict[str, tuple[str, ...]] = {
    "keras": ("dovetail.legacy.names:of_keras", "dovetail"),
    "keras.layers": _LAYERS,
    "keras.layers.experimental.preprocessing": _LAYERS,
    "keras.legacy.layers": _LAYERS,
    "keras.engine": _ENGINE,
    **{
        f"keras.engine.{name}": ("dovetail.legacy.engine_training", *_ENGINE)
        for name in ("training", "training_utils", "training_generator")
    },
    "keras.engine.topology": ("dovetail.legacy.engine_saving", *_ENGINE),
    "keras.models": _MODELS,
    "keras.legacy.models": _MODELS,
    "keras.layers.containers": _MODELS,
    "keras.engine.saving": ("dovetail.legacy.engine_saving", *_MODELS),
    "keras.backend": _BACKEND,
    **{
        f"keras.backend.{name}": _BACKEND for name in ("common", "load_backend", "tensorflow_backend", "theano_backend")
    },
    "keras.activations": ("dovetail.legacy.names:of_activations",),
    "keras.initializations": ("dovetail.legacy.names:of_initializations",),
    "keras.initializers": ("dovetail.legacy.names:of_initializers",),
    "keras.regularizers": ("dovetail.legacy.names:of_regularizers",),
    "keras.constraints": ("dovetail.legacy.names:of_constraints",),
    "keras.objectives": ("dovetail.legacy.names:of_losses",),
    "keras.losses": ("dovetail.legacy.names:of_losses",),
    "keras.metrics": ("dovetail.legacy.names:of_metrics",),
    "keras.optimizers": ("dovetail.legacy.names:of_optimizers",),
    "keras.optimizers.schedules": ("dovetail.optimizers.schedules",),
    "keras.optimizers.legacy": ("dovetail.legacy.names:of_optimizers",),
    "keras.callbacks": ("dovetail.legacy.names:of_callbacks",),
    "keras.utils": _UTILS,
    **{
        f"keras.utils.{name}": (f"dovetail.legacy.utils.{name}", "dovetail.utils")
        for name in (
            "conv_utils",
            "data_utils",
            "generic_utils",
            "io_utils",
            "layer_utils",
            "losses_utils",
            "metrics_utils",
            "multi_gpu_utils",
            "np_utils",
            "test_utils",
            "theano_utils",
            "vis_utils",
            "visualize_util",
        )
    },
    "keras.preprocessing": (
        "dovetail.legacy.preprocessing",
        "dovetail.legacy.preprocessing.datasets",
        "dovetail.preprocessing",
    ),
    "keras.preprocessing.image": ("dovetail.legacy.preprocessing.image", "dovetail.preprocessing.image"),
    "keras.preprocessing.sequence": ("dovetail.legacy.preprocessing.sequence", "dovetail.preprocessing.sequence"),
    "keras.preprocessing.text": ("dovetail.legacy.preprocessing.text",),
    "keras.wrappers.scikit_learn": ("dovetail.legacy.scikit_learn",),
    "keras.wrappers": ("dovetail.wrappers",),
    "keras.datasets": ("dovetail.datasets",),
    "keras.applications": ("dovetail.legacy.applications:of_applications",),
    "keras.ops": ("dovetail.ops",),
    "keras.random": ("dovetail.random",),
    "keras.tree": ("dovetail.tree",),
    "keras.config": ("dovetail.config",),
    "keras.saving": ("dovetail.legacy.names:of_saving", "dovetail.saving"),
    "keras.mixed_precision": ("dovetail.mixed_precision",),
    "keras.mixed_precision.experimental": ("dovetail.legacy.names:of_mixed_precision", "dovetail.mixed_precision"),
    "keras.dtype_policies": ("dovetail.dtype_policies",),
    "tensorflow": ("dovetail.legacy.tensorflow.namespaces:of_tensorflow", "dovetail.legacy.tensorflow"),
    "tensorflow.compat": ("dovetail.legacy.tensorflow.namespaces:of_compat",),
    "tensorflow.experimental": (),
    "tensorflow.types.experimental": ("dovetail.legacy.tensorflow.namespaces:of_types",),
    "tensorflow.experimental.numpy": ("dovetail.legacy.tensorflow.namespaces:of_numpy",),
    "tensorflow.summary.experimental": ("dovetail.legacy.tensorflow.summary",),
    "tensorflow.python.client.device_lib": ("dovetail.legacy.tensorflow.namespaces:of_device_lib",),
    "tensorflow.examples.tutorials.mnist.input_data": ("dovetail.legacy.tensorflow.examples",),
}
for _name in "image linalg lookup math nn random signal strings summary".split():
    MODULES[f"tensorflow.{_name}"] = (f"dovetail.legacy.tensorflow.{_name}",)
for _name in (
    "audio autograph bitwise config data debugging distribute dtypes errors gfile io logging nest sysconfig test train "
    "version"
).split():
    MODULES[f"tensorflow.{_name}"] = (f"dovetail.legacy.tensorflow.namespaces:of_{_name}",)
for _name in ("config.experimental", "distribute.experimental", "io.gfile", "data.experimental"):
    _table = _name.split(".")[0 if _name.endswith("experimental") else 1]
    MODULES[f"tensorflow.{_name}"] = (f"dovetail.legacy.tensorflow.namespaces:of_{_table}",)
for _name in "boston_housing california_housing cifar cifar10 cifar100 fashion_mnist imdb mnist reuters".split():
    MODULES[f"keras.datasets.{_name}"] = (f"dovetail.datasets.{_name}",)
for _name in (
    "audio_conv_utils convnext densenet efficientnet efficientnet_v2 imagenet_utils inception_resnet_v2 inception_v3 "
    "mobilenet mobilenet_v2 mobilenet_v3 music_tagger_crnn nasnet resnet resnet50 resnet_v2 vgg16 vgg19 xception"
).split():
    MODULES[f"keras.applications.{_name}"] = (f"dovetail.legacy.applications:of_{_name}",)

MODULES |= SOURCES
_INTERNALS = ("dovetail.legacy.tensorflow.internals",)
for _package, _modules in OF_TENSORFLOW.items():
    for _name in (_package, *(f"{_package}.{name}" for name in _modules.split())):
        MODULES.setdefault(f"tensorflow.python.{_name}", _INTERNALS)
MODULES["tensorflow.python.tf2"] = _INTERNALS

_THEANO = "dovetail.legacy.theano.namespaces"
MODULES |= {
    "theano": ("dovetail.legacy.theano", f"{_THEANO}:of_top", f"{_THEANO}:missing"),
    "theano.tensor": ("dovetail.legacy.theano.tensor", f"{_THEANO}:missing"),
    **{f"theano.tensor.{name}": (f"{_THEANO}:of_nnet", f"{_THEANO}:missing")
       for name in ("nnet", "nnet.nnet", "nnet.conv", "nnet.abstract_conv")},
    "theano.tensor.signal": (f"{_THEANO}:of_signal", f"{_THEANO}:missing"),
    "theano.tensor.signal.pool": (f"{_THEANO}:of_pool", f"{_THEANO}:missing"),
    "theano.tensor.signal.downsample": (f"{_THEANO}:of_pool", f"{_THEANO}:missing"),
    "theano.tensor.extra_ops": (f"{_THEANO}:of_extra_ops", f"{_THEANO}:missing"),
    "theano.tensor.basic": ("dovetail.legacy.theano.tensor", f"{_THEANO}:missing"),
    "theano.tensor.shared_randomstreams": (f"{_THEANO}:of_random", f"{_THEANO}:missing"),
    "theano.sandbox.rng_mrg": (f"{_THEANO}:of_random", f"{_THEANO}:missing"),
    "theano.sandbox.cuda": (f"{_THEANO}:of_sandbox", f"{_THEANO}:missing"),
    "theano.sandbox.cuda.dnn": (f"{_THEANO}:of_sandbox", f"{_THEANO}:missing"),
    "theano.ifelse": (f"{_THEANO}:of_ifelse", f"{_THEANO}:missing"),
    "theano.gradient": (f"{_THEANO}:of_gradient", f"{_THEANO}:missing"),
    "theano.printing": (f"{_THEANO}:of_printing", f"{_THEANO}:missing"),
    "theano.compile": (f"{_THEANO}:of_compile", f"{_THEANO}:missing"),
    "theano.configparser": (f"{_THEANO}:missing",),
}  # fmt: skip
