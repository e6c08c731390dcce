"""Recorded cases of old releases that are not reproduced, each with its reason. Kept short."""

NOT_COVERED = {
    # (release, file, case or beginning of cases): reason
    ("2.15.0", "train", "mlp_mse/nadam"): "a counter frozen by tracing multiplies the product once per weight and step",
    ("2.2.4", "train", "mlp_mse/adadelta_rho"): "TensorFlow 1 raced: weights changed while gradients were computed",
    ("2.2.4", "train", "mlp_mse/sgd_clipvalue"): "the same race",
    ("2.2.4", "train", "mlp_mse/nadam"): "the same race",
}

_ONEDNN = "recorded wrong: TensorFlow 2.15 with oneDNN mixes up NCHW and NHWC pooling in one process"
for _name in (
    "avgpool_cl",
    "avgpool_same_cl",
    "avgpool_same_2_cl",
    "maxpool_cl",
    "maxpool_same_cl",
    "maxpool_same_3_cl",
):
    NOT_COVERED["2.15.0", "layers", _name] = _ONEDNN
NOT_COVERED["3.15.1", "masks", "stateful_lstm"] = "Keras 3.15.1 loses the states between calls of `predict` on JAX"

# what a release refused and works here
_NAMES = "names of all releases are known in each"
_LIMITS = "a limit of the backend, not of the layer"
WORKS_HERE = {
    **{("2.3.1", "layers", f"activation_{name}"): _NAMES for name in ("gelu", "leaky_relu", "relu6", "swish")},
    **{("3.15.1", "layers", name): _NAMES for name in ("lc1d", "lc2d_cf", "lc2d_cl", "thresholdedrelu")},
    **{(release, "merge", "legacy_Merge"): _NAMES for release in ("2.2.4", "2.2.4-tf", "2.3.1", "2.15.0", "3.15.1")},
    **{("1.2.2-tensorflow", "merge", f"dot_{name}"): _LIMITS
       for name in ("2d3d_(1,1)", "2d3d_(1,2)", "2d3d_-1", "3d2d_(2,1)", "3d2d_(1,1)")},
    **{("1.2.2", "layers", name): _LIMITS
       for name in ("activation_softmax_4d", "lstm_one_unit", "sepconv2d_tf", "sepconv2d_th")},
}  # fmt: skip


def works_here(release, file, case):
    """Whether a case that the release refused works here."""
    return (release, file, case) in WORKS_HERE


def not_covered(release, file, case):
    """The reason why a case is not reproduced; None where it is."""
    for (of, name, beginning), reason in NOT_COVERED.items():
        if (of, name) == (release, file) and case.startswith(beginning):
            return reason
    return None
