"""Recorded cases of old releases that are not reproduced, each with its reason. Kept short."""

NOT_COVERED = {
    # (release, file, case or beginning of cases): reason
    ("2.15.0", "train", "mlp_mse/nadam"): "a counter frozen by tracing multiplies the product once per weight and step",
    ("2.2.4", "train", "mlp_mse/adadelta_rho"): "TensorFlow 1 raced: weights changed while gradients were computed",
    ("2.2.4", "train", "mlp_mse/sgd_clipvalue"): "the same race",
    ("2.2.4", "train", "mlp_mse/nadam"): "the same race",
}


def not_covered(release, file, case):
    """The reason why a case is not reproduced; None where it is."""
    for (of, name, beginning), reason in NOT_COVERED.items():
        if (of, name) == (release, file) and case.startswith(beginning):
            return reason
    return None
