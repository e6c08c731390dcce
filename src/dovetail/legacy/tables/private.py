"""Modules inside the packages of later releases (Keras 2.4 to 3, TensorFlow's own copy), which scripts import from.

Where a class lives there changed with every release; here each such module holds what its package holds.
"""

# the package that answers, and the modules below it; a module of the third column may follow each of the second
_INSIDE = {
    "keras.layers": (
        "activation attention convolutional core locally_connected merging normalization pooling preprocessing "
        "regularization reshaping rnn serialization layer input_spec kernelized dense_attention recurrent_v2 "
        "rnn_cell_wrapper_v2 normalization_v2 einsum_dense multi_head_attention layers",
        "elu leaky_relu prelu relu softmax thresholded_relu activation attention additive_attention "
        "base_dense_attention multi_head_attention base_conv conv1d conv2d conv3d conv1d_transpose conv2d_transpose "
        "conv3d_transpose depthwise_conv1d depthwise_conv2d separable_conv1d separable_conv2d dense embedding "
        "masking lambda_layer einsum_dense identity input_layer wrapper base_merge add average concatenate dot maximum "
        "minimum multiply subtract normalization batch_normalization layer_normalization unit_normalization "
        "group_normalization spectral_normalization max_pooling1d max_pooling2d max_pooling3d average_pooling1d "
        "average_pooling2d average_pooling3d global_average_pooling1d global_average_pooling2d global_max_pooling1d "
        "global_max_pooling2d image_preprocessing text_vectorization string_lookup integer_lookup index_lookup "
        "discretization category_encoding hashing rescaling resizing dropout spatial_dropout1d spatial_dropout2d "
        "gaussian_dropout gaussian_noise alpha_dropout activity_regularization flatten reshape permute repeat_vector "
        "cropping1d cropping2d up_sampling1d up_sampling2d up_sampling3d zero_padding1d zero_padding2d base_rnn "
        "base_wrapper bidirectional cell_wrappers conv_lstm1d conv_lstm2d conv_lstm3d cudnn_lstm cudnn_gru gru lstm "
        "simple_rnn rnn stacked_rnn_cells time_distributed locally_connected1d locally_connected2d",
    ),
    "keras.engine": (
        "base_layer base_layer_utils base_layer_v1 functional input_layer input_spec keras_tensor network node "
        "sequential topology training training_v1 data_adapter compile_utils base_preprocessing_layer",
        "",
    ),
    "keras.models": ("cloning functional model sequential", ""),
    "keras.optimizers": (
        "adadelta adafactor adagrad adam adamax adamw ftrl lion nadam optimizer rmsprop sgd adadelta_v2 adagrad_v2 "
        "adam_v2 adamax_v2 ftrl_v2 gradient_descent gradient_descent_v2 nadam_v2 rmsprop_v2 optimizer_v1 optimizer_v2 "
        "experimental optimizer_experimental",
        "adadelta adagrad adam adamax adamw ftrl gradient_descent nadam rmsprop sgd optimizer optimizer_v2",
    ),
    "keras.optimizers.schedules": ("learning_rate_schedule", ""),
    "keras.callbacks": ("callbacks early_stopping model_checkpoint experimental tensorboard tensorboard_v1", ""),
    "keras.losses": ("losses loss", ""),
    "keras.metrics": ("metrics base_metric accuracy_metrics metric metrics_utils", ""),
    "keras.initializers": ("initializers initializers_v1 initializers_v2 random_initializers", ""),
    "keras.regularizers": ("regularizers", ""),
    "keras.activations": ("activations", ""),
    "keras.saving": (
        "save saving_api saving_lib object_registration serialization_lib pickle_utils hdf5_format saving_utils legacy "
        "saved_model model_config",
        "save serialization hdf5_format saved_model model_config",
    ),
    "keras.utils": (
        "all_utils audio_dataset control_flow_util custom_object_scope dataset_utils file_utils image_dataset "
        "image_utils kernelized_utils mode_keys model_visualization numerical_utils object_identity sequence_utils "
        "summary_utils text_dataset tf_utils timeseries_dataset training_utils traceback_utils version_utils",
        "",
    ),
    "keras.preprocessing": ("image_dataset text_dataset timeseries image_utils", ""),
    "keras.applications": (
        "applications regnet resnet_rs",
        "vgg16 vgg19 resnet50 resnet inception_v3 xception mobilenet mobilenet_v2 densenet nasnet imagenet_utils",
    ),
}  # fmt: skip
# modules that hold more than their package does
SOURCES = {
    "keras.optimizer_v2": ("dovetail.legacy.names:of_optimizers",),
    "keras.optimizer_v2.learning_rate_schedule": ("dovetail.optimizers.schedules",),
    "keras.optimizers.schedules.learning_rate_schedule": ("dovetail.optimizers.schedules",),
    "keras.engine.data_adapter": ("dovetail.utils",),
    "keras.experimental": ("dovetail.optimizers.schedules", "dovetail.legacy.names:of_layers"),
    "keras.callbacks.experimental": ("dovetail.legacy.names:of_callbacks",),
    "keras.legacy.interfaces": ("dovetail.legacy.utils.decorators",),
    "keras.utils.tf_utils": ("dovetail.legacy.utils.decorators", "dovetail.utils"),
    "keras.utils.control_flow_util": ("dovetail.legacy.utils.decorators",),
    **{
        f"keras.{name}": ("dovetail.legacy.engine_saving", "dovetail.legacy.names:of_saving")
        for name in ("saving.hdf5_format", "saving.legacy.hdf5_format", "engine.hdf5_format")
    },
    "keras.testing_utils": ("dovetail.legacy.utils.test_utils",),
}
_OPTIMIZERS_V2 = _INSIDE["keras.optimizers"][1].split()


def _names() -> set[str]:
    found = set(SOURCES) | {f"keras.optimizer_v2.{name}" for name in _OPTIMIZERS_V2}
    for package, (modules, inside) in _INSIDE.items():
        for module in modules.split():
            found.add(f"{package}.{module}")
            if inside:
                found.update(f"{package}.{module}.{name}" for name in inside.split())
    return found


PRIVATE = _names()

# TensorFlow's private modules: `tensorflow.python.ops.math_ops` and the like hold what `tf`, `tf.math`, ... do
OF_TENSORFLOW = {
    "framework": "constant_op dtypes errors errors_impl func_graph ops random_seed smart_cond sparse_tensor tensor "
                 "tensor_shape tensor_spec tensor_util test_util type_spec graph_util",
    "ops": "array_ops bitwise_ops check_ops clip_ops control_flow_ops ctc_ops data_flow_ops embedding_ops "
           "functional_ops gen_array_ops gen_math_ops gen_nn_ops gradients gradients_impl image_ops "
           "image_ops_impl init_ops init_ops_v2 linalg_ops logging_ops losses math_ops nn nn_impl nn_ops "
           "numpy_ops random_ops resource_variable_ops rnn rnn_cell rnn_cell_impl script_ops sparse_ops "
           "special_math_ops standard_ops state_ops string_ops tensor_array_ops variable_scope variables while_loop "
           "cond confusion_matrix parallel_for",
    "ops.linalg": "linalg linalg_impl",
    "ops.losses": "losses losses_impl util",
    "ops.numpy_ops": "np_config",
    "ops.ragged": "ragged_tensor",
    "util": "deprecation nest object_identity tf_decorator tf_export tf_inspect compat keras_deps",
    "platform": "gfile test tf_logging resource_loader build_info",
    "eager": "backprop context def_function monitoring function",
    "training": "adam checkpoint_utils distribution_strategy_context gradient_descent moving_averages optimizer "
                "rmsprop saver training_ops training_util tracking momentum",
    "training.tracking": "base data_structures tracking util",
    "distribute": "distribution_strategy_context distribute_lib reduce_util values parameter_server_strategy "
                  "mirrored_strategy",
    "client": "device_lib session",
    "lib": "io",
    "lib.io": "file_io",
}  # fmt: skip
TENSORFLOW = {
    name
    for package, modules in OF_TENSORFLOW.items()
    for name in (
        f"tensorflow.python.{package}",
        *(f"tensorflow.python.{package}.{module}" for module in modules.split()),
    )
} | {"tensorflow.python.tf2"}
