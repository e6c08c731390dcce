"""The recorded cases that are not met, each with its reason. All others are tests, see `test_golden_coverage.py`."""

import functools
from fnmatch import fnmatchcase

LEFT_OUT = "left out"  # the numbers are not aimed at
WORKS = "works here"  # the release raised an error

RACE = "TensorFlow 1 raced: weights changed while gradients were computed (data/README.md, 5.1)"
ONEDNN = "TensorFlow 2.15 with oneDNN mixed up NCHW and NHWC pooling in one process (data/README.md, 5.8)"
ROUNDING = "its gradient is zero but for rounding, which the optimizer makes large (data/README.md, 5.2)"
OF_THE_BIAS = "the mean of what has that bias"
UNCOUNTED = "1.x did not save how many updates were done, so that decay began anew; what it did after loading is met"
UNSAVED = "1.x did not save Nadam's running product; it goes on here, as it did without saving, which is met"
NADAM = "a counter frozen by tracing multiplied the product once per weight and step (data/README.md, 6.6)"
LIMIT = "a limit of the backend, not of the layer"
NAMES = "names and arguments of all releases are known in each"

TABLE = [
    # what becomes of it, cases as `folder/file/case` with wildcards, reason
    (LEFT_OUT, "2.15.0/train/mlp_mse/nadam*", NADAM),
    (LEFT_OUT, "2.15.0/models/opt_nadam.npz/*", NADAM),
    (LEFT_OUT, "2.15.0/models/simplernn.npz/*", NADAM),
    (LEFT_OUT, "2.2.4/train/mlp_mse/adadelta_rho", RACE),
    (LEFT_OUT, "2.2.4/train/mlp_mse/sgd_clipvalue", RACE),
    (LEFT_OUT, "2.2.4/train/mlp_mse/nadam*", RACE),
    (LEFT_OUT, "2.2.4/train/mlp_bce_maxnorm/adadelta", RACE),
    (LEFT_OUT, "2.3.1/train/emb_gru_mask/adam", RACE),
    (LEFT_OUT, "2.3.1/train/lstm/adam", RACE),
    (LEFT_OUT, "*/train*/cnn_bn/adam/*conv2d*bias*", ROUNDING),
    (LEFT_OUT, "*/train*/cnn_bn/adam/*moving_mean*", OF_THE_BIAS),
    (LEFT_OUT, "2.15.0/layers/*pool*_cl", ONEDNN),
    (LEFT_OUT, "2.15.0/models/cnn_channels_last.*", ONEDNN),
    (LEFT_OUT, "1.2.2/models/opt_ada[dg]*.npz/c", UNCOUNTED),
    (LEFT_OUT, "1.2.2/models/opt_rmsprop.npz/c", UNCOUNTED),
    (LEFT_OUT, "1.2.2/models/opt_nadam.npz/r", UNSAVED),
    (LEFT_OUT, "1.2.2/models/simplernn.npz/r", UNSAVED),
    (LEFT_OUT, "2.15.0/models/opt_legacy_*.npz/k", "of `.keras` files that are not kept"),
    (LEFT_OUT, "2.2.4-tf/models/cnn_channels_last.npz/*/losses", "of another run, with fewer samples"),
    (LEFT_OUT, "2.2.4-tf/models/cnn_channels_last.npz/?/batch_normalization/beta:0", ROUNDING),
    (LEFT_OUT, "2.2.4-tf/models/cnn_channels_last.npz/?/conv2d_1/bias:0", ROUNDING),
    (LEFT_OUT, "2.2.4-tf/models/cnn_channels_last.npz/?/batch_normalization_1/moving_mean:0", OF_THE_BIAS),
    (LEFT_OUT, "3.15.1/masks/stateful_lstm", "Keras 3.15.1 on JAX loses states between calls of `predict` (5.5)"),
    (
        LEFT_OUT,
        "2.?.?/legacy_args/models/predict_gen_old",
        "it took a count of samples for one of batches, with a warning",
    ),
    (LEFT_OUT, "1.2.2/legacy_args/models/fit_show_accuracy", "it told how to ask for accuracy; here it is shown"),
    (
        LEFT_OUT,
        "3.15.1/legacy_args/models/fit_metrics_names",
        "it says 'compile_metrics' for all metrics; here by name",
    ),
    # the release refused them
    (WORKS, "2.[23].?/train*/mlp_mse/rmsprop_centered", NAMES),
    (WORKS, "2.[23].?/train*/mlp_mse/rmsprop_momentum", NAMES),
    (WORKS, "2.15.0/train/mlp_mse/*_decay", NAMES),
    (WORKS, "2.15.0/train/mlp_mse/adadelta_rho", NAMES),
    (WORKS, "2.15.0/train/mlp_mse/adam_custom", NAMES),
    (LEFT_OUT, "2.[23].?/losses/initializers_sampled/Orthogonal*", "its recording failed"),
    (WORKS, "*/pad_sequences/pad_sequences/56", "text as the value of dtype object, which the message asks for"),
    (WORKS, "1.2.2/pad_sequences/pad_sequences/57", "text as the value of dtype str"),
    (WORKS, "1.2.2/pad_sequences/calls/words_multi_split", NAMES),
    (WORKS, "1.2.2/pad_sequences/calls/hashing_trick_md5", NAMES),
    (WORKS, "1.2.2/pad_sequences/calls/tc_dtype", NAMES),
    (WORKS, "1.2.2/pad_sequences/calls/tokenizer_list_of_tokens_input", NAMES),
    (WORKS, "1.2.2/pad_sequences/tokenizer/oov*", NAMES),
    (WORKS, "3.15.1/pad_sequences/calls/normalize_ax0_l1", "an axis that Keras mixes up"),
    (WORKS, "2.3.1/layers/activation_gelu", NAMES),
    (WORKS, "2.3.1/layers/activation_leaky_relu", NAMES),
    (WORKS, "2.3.1/layers/activation_relu6", NAMES),
    (WORKS, "2.3.1/layers/activation_swish", NAMES),
    (WORKS, "3.15.1/layers/lc?d*", NAMES),
    (WORKS, "3.15.1/layers/thresholdedrelu", NAMES),
    (WORKS, "*/merge/legacy_Merge", NAMES),
    (WORKS, "1.2.2-tensorflow/merge/dot_?d?d_*", LIMIT),
    (WORKS, "1.2.2/layers/activation_softmax_4d", LIMIT),
    (WORKS, "1.2.2/layers/lstm_one_unit", LIMIT),
    (WORKS, "1.2.2/layers/sepconv2d_t?", LIMIT),
    (LEFT_OUT, "1.2.2/models/cnn_tf.npz/?/convolution2d_2_b", ROUNDING),
    (LEFT_OUT, "1.2.2/models/cnn_tf.npz/?/batchnormalization_2_running_mean", OF_THE_BIAS),
]


@functools.cache
def matching(case):
    """What becomes of a case, and why; None where it is met."""
    return next((row for row in TABLE if fnmatchcase(case, row[1])), None)


def is_left_out(case):
    return (matching(case) or [None])[0] == LEFT_OUT


def works_here(case):
    """Whether a case that the release refused works here."""
    return (matching(case) or [None])[0] == WORKS
