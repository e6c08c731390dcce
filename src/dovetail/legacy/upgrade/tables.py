"""What old names are called in today's source, beyond the tables that running scripts use."""

# K.<name>: the names of its arguments (with defaults that are others today), and the expression of today;
# {0}, {1}, ... are the arguments, ... all of them
BACKEND: dict[str, tuple[str, str]] = {
    **{name: ("x axis keepdims", f"ops.{name}(...)") for name in ("mean", "sum", "max", "min", "prod", "var", "std",
                                                                  "any", "all")},
    **{name: ("x", f"ops.{name}(...)") for name in ("square", "abs", "sqrt", "exp", "log", "round", "sign", "sin",
                                                    "cos", "sigmoid", "tanh", "softplus", "softsign", "zeros_like",
                                                    "ones_like", "stop_gradient", "transpose")},
    **{name: ("x y", f"ops.{name}(...)") for name in ("maximum", "minimum", "equal", "not_equal", "greater",
                                                      "greater_equal")},
    "lesser": ("x y", "ops.less(...)"),
    "lesser_equal": ("x y", "ops.less_equal(...)"),
    "less": ("x y", "ops.less(...)"),
    "less_equal": ("x y", "ops.less_equal(...)"),
    "pow": ("x a", "ops.power({0}, {1})"),
    "clip": ("x min_value max_value", "ops.clip({0}, {1}, {2})"),
    "concatenate": ("tensors axis=-1", "ops.concatenate(...)"),
    "stack": ("x axis", "ops.stack(...)"),
    "reshape": ("x shape", "ops.reshape({0}, {1})"),
    "permute_dimensions": ("x pattern", "ops.transpose({0}, {1})"),
    "expand_dims": ("x axis=-1", "ops.expand_dims({0}, {1})"),
    "squeeze": ("x axis", "ops.squeeze({0}, {1})"),
    "cast": ("x dtype", "ops.cast({0}, {1})"),
    "argmax": ("x axis=-1", "ops.argmax(...)"),
    "argmin": ("x axis=-1", "ops.argmin(...)"),
    "relu": ("x", "ops.relu(...)"),
    "elu": ("x alpha", "ops.elu(...)"),
    "softmax": ("x axis", "ops.softmax(...)"),
    "flatten": ("x", "ops.reshape({0}, (-1,))"),
    "one_hot": ("indices num_classes", "ops.one_hot({0}, {1})"),
    "gather": ("reference indices", "ops.take({0}, {1}, axis=0)"),
    "repeat_elements": ("x rep axis", "ops.repeat({0}, {1}, axis={2})"),
    "tile": ("x n", "ops.tile({0}, {1})"),
    "dot": ("x y", "ops.dot({0}, {1})"),
    "logsumexp": ("x axis keepdims", "ops.logsumexp(...)"),
    "cumsum": ("x axis=0", "ops.cumsum({0}, {1})"),
    "cumprod": ("x axis=0", "ops.cumprod({0}, {1})"),
    "reverse": ("x axes", "ops.flip({0}, {1})"),
    "batch_flatten": ("x", "ops.reshape({0}, (ops.shape({0})[0], -1))"),
    "arange": ("start stop step", "ops.arange(...)"),
    "constant": ("value dtype=keras.config.floatx()", "ops.convert_to_tensor({0}, {1})"),
    "l2_normalize": ("x axis", "ops.normalize({0}, {1})"),
    "categorical_crossentropy": ("target output from_logits axis", "ops.categorical_crossentropy(...)"),
    "sparse_categorical_crossentropy": ("target output from_logits axis", "ops.sparse_categorical_crossentropy(...)"),
    "binary_crossentropy": ("target output from_logits", "ops.binary_crossentropy(...)"),
    "shape": ("x", "ops.shape(...)"),
    "int_shape": ("x", "tuple({0}.shape)"),
    "ndim": ("x", "len({0}.shape)"),
    "epsilon": ("", "keras.config.epsilon()"),
    "floatx": ("", "keras.config.floatx()"),
    "image_data_format": ("", "keras.config.image_data_format()"),
    "set_image_data_format": ("data_format", "keras.config.set_image_data_format({0})"),
    "set_floatx": ("floatx", "keras.config.set_floatx({0})"),
    "set_epsilon": ("e", "keras.config.set_epsilon({0})"),
    "clear_session": ("", "keras.utils.clear_session()"),
    "get_value": ("x", "ops.convert_to_numpy({0})"),
    "eval": ("x", "ops.convert_to_numpy({0})"),
}  # fmt: skip
# those whose arguments came in another order at first
FIRST_BACKEND = {
    f"{kind}_crossentropy": ("output target from_logits=False", f"ops.{kind}_crossentropy({{1}}, {{0}}, {{2}})")
    for kind in ("binary", "categorical", "sparse_categorical")
}

# names by their full old path: the full path today. A name not listed stays what it is, in its module of today.
NAMES = {
    "keras.utils.np_utils.to_categorical": "keras.utils.to_categorical",
    "keras.utils.np_utils.normalize": "keras.utils.normalize",
    "keras.utils.data_utils.get_file": "keras.utils.get_file",
    "keras.utils.data_utils.Sequence": "keras.utils.PyDataset",
    "keras.utils.Sequence": "keras.utils.PyDataset",
    "keras.utils.generic_utils.Progbar": "keras.utils.Progbar",
    "keras.utils.generic_utils.get_custom_objects": "keras.utils.get_custom_objects",
    "keras.utils.generic_utils.CustomObjectScope": "keras.utils.CustomObjectScope",
    "keras.utils.visualize_util.plot": "keras.utils.plot_model",
    "keras.utils.vis_utils.plot_model": "keras.utils.plot_model",
    "keras.preprocessing.sequence.pad_sequences": "keras.utils.pad_sequences",
    "keras.preprocessing.image.load_img": "keras.utils.load_img",
    "keras.preprocessing.image.img_to_array": "keras.utils.img_to_array",
    "keras.preprocessing.image.array_to_img": "keras.utils.array_to_img",
    "keras.regularizers.l1l2": "keras.regularizers.L1L2",
    "keras.regularizers.l1_l2": "keras.regularizers.L1L2",
    "keras.regularizers.WeightRegularizer": "keras.regularizers.L1L2",
    "keras.regularizers.activity_l1": "keras.regularizers.L1",
    "keras.regularizers.activity_l2": "keras.regularizers.L2",
    "keras.constraints.maxnorm": "keras.constraints.MaxNorm",
    "keras.constraints.nonneg": "keras.constraints.NonNeg",
    "keras.constraints.unitnorm": "keras.constraints.UnitNorm",
    "keras.constraints.max_norm": "keras.constraints.MaxNorm",
    "keras.constraints.non_neg": "keras.constraints.NonNeg",
    "keras.constraints.unit_norm": "keras.constraints.UnitNorm",
    "keras.layers.containers.Sequential": "keras.models.Sequential",
    "keras.layers.containers.Graph": "keras.models.Graph",
    "keras.engine.topology.Layer": "keras.layers.Layer",
    "keras.engine.base_layer.Layer": "keras.layers.Layer",
    "keras.engine.Layer": "keras.layers.Layer",
    "keras.engine.topology.Input": "keras.layers.Input",
    "keras.engine.topology.InputSpec": "keras.layers.InputSpec",
    "keras.engine.InputSpec": "keras.layers.InputSpec",
    "keras.engine.topology.Container": "keras.models.Model",
    "keras.engine.training.Model": "keras.models.Model",
    "keras.engine.Model": "keras.models.Model",
    "keras.losses.cosine_proximity": "keras.losses.cosine_similarity",
    "keras.losses.kullback_leibler_divergence": "keras.losses.kl_divergence",
    "keras.losses.mse": "keras.losses.mean_squared_error",
    "keras.losses.mae": "keras.losses.mean_absolute_error",
}

# modules whose names live elsewhere today, the longest first
MODULES = (
    ("keras.layers.", "keras.layers"),
    ("keras.legacy.layers", "keras.layers"),
    ("keras.objectives", "keras.losses"),
    ("keras.initializations", "keras.initializers"),
    ("keras.callbacks.", "keras.callbacks"),
    ("keras.engine.sequential", "keras.models"),
    ("keras.engine.training", "keras.models"),
    ("keras.engine.saving", "keras.models"),
)

# packages of today that Keras 3 has not, but Dovetail has under `dovetail.legacy`
KEPT = {
    "keras.preprocessing.text": "dovetail.legacy.preprocessing.text",
    "keras.preprocessing.image": "dovetail.legacy.preprocessing.image",
    "keras.preprocessing.sequence": "dovetail.legacy.preprocessing.sequence",
    "keras.backend": "dovetail.legacy.backend",
    "keras.wrappers.scikit_learn": "dovetail.legacy.scikit_learn",
    "keras.utils.np_utils": "dovetail.legacy.utils.np_utils",
    "keras.utils.io_utils": "dovetail.legacy.utils.io_utils",
}

# layers without a class of today
WITHOUT_SUCCESSOR = {
    "MaxoutDense": "a Dense of `nb_feature * output_dim` units, Reshape, and a maximum over features",
    "AutoEncoder": "`Sequential([encoder, decoder])`",
    **dict.fromkeys(("JZS1", "JZS2", "JZS3"), "GRU"),
    "TimeDistributedMerge": "`Lambda(lambda x: keras.ops.mean(x, axis=1))`, or GlobalAveragePooling1D",
    "Highway": "Dense layers and Multiply/Add",
    "SReLU": "a layer of your own",
    "ParametricSoftplus": "a layer of your own",
    "ThresholdedReLU": "`ReLU(threshold=theta)`",
    "LocallyConnected1D": "a layer of your own",
    "LocallyConnected2D": "a layer of your own",
}

INITIALIZERS = {"zero": "zeros", "one": "ones", "normal": "random_normal", "uniform": "random_uniform"}

# keyword arguments of functions that have other names; empty where they have no effect today
KEYWORDS = {
    "keras.utils.to_categorical": {"nb_classes": "num_classes"},
    "keras.datasets.imdb.load_data": {"nb_words": "num_words"},
    "keras.datasets.reuters.load_data": {"nb_words": "num_words"},
    "keras.constraints.MaxNorm": {"m": "max_value"},
    "keras.models.Model": {"input": "inputs", "output": "outputs"},
    "keras.callbacks.ReduceLROnPlateau": {"epsilon": "min_delta"},
    "keras.callbacks.TensorBoard": dict.fromkeys(
        ("batch_size", "write_grads", "embeddings_layer_names", "embeddings_data"), ""
    ),
    "keras.regularizers.L1": {"l": "l1"},
    "keras.regularizers.L2": {"l": "l2"},
}

# arguments of `fit` and its relatives that have no effect today
DROPPED = ("nb_worker", "workers", "max_q_size", "max_queue_size", "pickle_safe", "use_multiprocessing")

METHODS = {"fit_generator": "fit", "evaluate_generator": "evaluate", "predict_generator": "predict"}

SHORT_METRICS = {
    "mae": "mean_absolute_error", "mse": "mean_squared_error", "mape": "mean_absolute_percentage_error",
    "msle": "mean_squared_logarithmic_error",
}  # fmt: skip

MERGES = {
    "sum": "Add", "mul": "Multiply", "ave": "Average", "max": "Maximum", "min": "Minimum", "sub": "Subtract",
    "concat": "Concatenate", "dot": "Dot",
}  # fmt: skip

# what needs TensorFlow's own functions: its graphs, and the pipelines of tf.data that call them
OWN_OF_TENSORFLOW = r"GradientTape|tf\.data\.|\.placeholder\(|Session\(|tf\.(?:py|numpy)_function|\.numpy\(\)"
