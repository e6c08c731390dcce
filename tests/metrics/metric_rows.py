"""One row for every public metric: how it is made, and the kind of data it takes."""

from typing import Any, NamedTuple

import numpy as np


class Row(NamedTuple):
    name: str
    arguments: dict[str, Any] = {}  # noqa: RUF012  (never changed)
    data: str = "regression"
    weighted: bool = True

    def __str__(self):
        return f"{self.name}-{','.join(f'{k}={v}' for k, v in self.arguments.items())}-{self.data}"


BATCHES, SIZE, CLASSES = 3, 12, 4


def _softmax(x):
    x = np.exp(x)
    return x / x.sum(-1, keepdims=True)


def data(kind):
    """Three batches of (y_true, y_pred, sample_weight)."""
    g = np.random.default_rng(3)
    batches = []
    for _ in range(BATCHES):
        labels = g.integers(0, CLASSES, SIZE)
        scores = g.normal(size=(SIZE, CLASSES))
        one_hot = np.eye(CLASSES)[labels]
        y = {
            "regression": (g.normal(size=(SIZE, 3)), g.normal(size=(SIZE, 3))),
            "positive": (g.uniform(0.1, 2, (SIZE, 3)), g.uniform(0.1, 2, (SIZE, 3))),
            "column": (g.normal(size=(SIZE,)), g.normal(size=(SIZE, 1))),
            "binary": (g.integers(0, 2, (SIZE, 1)), g.uniform(0, 1, (SIZE, 1))),
            "flat": (g.integers(0, 2, SIZE), np.round(g.uniform(0, 1, SIZE), 1)),
            "logits": (g.integers(0, 2, (SIZE, 1)), g.normal(size=(SIZE, 1))),
            "labels": (g.integers(0, 2, (SIZE, CLASSES)), g.uniform(0, 1, (SIZE, CLASSES))),
            "signs": (2 * g.integers(0, 2, (SIZE, 1)) - 1, g.normal(size=(SIZE, 1))),
            "classes": (one_hot, _softmax(scores)),
            "class_logits": (one_hot, scores),
            "sparse": (labels, _softmax(scores)),
            "sparse_column": (labels[:, None], _softmax(scores)),
            "sparse_logits": (labels, scores),
            "sequence": (g.integers(0, CLASSES, (SIZE, 5)), _softmax(g.normal(size=(SIZE, 5, CLASSES)))),
            "sorted_ids": (labels, np.stack([g.permutation(CLASSES) for _ in range(SIZE)])),
            "numbers": (g.integers(0, CLASSES, SIZE), g.integers(0, CLASSES, SIZE)),
            "image": (g.integers(0, CLASSES, (SIZE, 2, 3)), g.integers(0, CLASSES, (SIZE, 2, 3))),
            "values": (g.normal(size=(SIZE, 2)),),
        }[kind]
        arrays = [a.astype("float32" if a.dtype.kind == "f" else "int32") for a in map(np.asarray, y)]
        batches.append((*arrays, g.uniform(0.2, 2, SIZE).astype("float32")))
    return batches


def row(name, data="regression", **arguments):
    return Row(name, arguments, data)


CURVES = [{"curve": c, "summation_method": s} for c in ("ROC", "PR") for s in ("interpolation", "minoring", "majoring")]
ROWS = [
    row("Mean", "values"), row("Sum", "values"), row("MeanMetricWrapper", fn="mean_squared_error"),
    row("MeanSquaredError"), row("MeanSquaredError", "column"), row("RootMeanSquaredError"),
    row("RootMeanSquaredError", "column"), row("MeanAbsoluteError"), row("MeanAbsolutePercentageError"),
    row("MeanSquaredLogarithmicError", "positive"), row("LogCoshError"), row("CosineSimilarity"),
    row("CosineSimilarity", axis=1), row("KLDivergence", "classes"), row("Poisson", "positive"),
    row("Hinge", "signs"), row("Hinge", "binary"), row("SquaredHinge", "signs"), row("CategoricalHinge", "classes"),
    row("BinaryCrossentropy", "binary"), row("BinaryCrossentropy", "logits", from_logits=True, label_smoothing=0.1),
    row("CategoricalCrossentropy", "classes"),
    row("CategoricalCrossentropy", "class_logits", from_logits=True, label_smoothing=0.1),
    row("SparseCategoricalCrossentropy", "sparse"),
    row("SparseCategoricalCrossentropy", "sparse_logits", from_logits=True, ignore_class=1),
    row("SparseCategoricalCrossentropy", "sequence"),
    row("Accuracy", "numbers"), row("Accuracy", "image"), row("BinaryAccuracy", "binary"),
    row("BinaryAccuracy", "labels", threshold=0.3), row("CategoricalAccuracy", "classes"),
    row("SparseCategoricalAccuracy", "sparse"), row("SparseCategoricalAccuracy", "sparse_column"),
    row("SparseCategoricalAccuracy", "sequence"), row("TopKCategoricalAccuracy", "classes", k=2),
    row("TopKCategoricalAccuracy", "classes", k=5), row("SparseTopKCategoricalAccuracy", "sparse", k=2),
    row("SparseTopKCategoricalAccuracy", "sequence", k=3),
    row("SparseTopKCategoricalAccuracy", "sorted_ids", k=2, from_sorted_ids=True),
    *(row(name, "binary") for name in ("TruePositives", "FalsePositives", "TrueNegatives", "FalseNegatives")),
    row("TruePositives", "labels", thresholds=[0.2, 0.6]), row("Precision", "binary"), row("Recall", "flat"),
    row("Precision", "labels", thresholds=[0.2, 0.6]), row("Precision", "classes", top_k=2),
    row("Recall", "classes", top_k=2, class_id=1), row("Precision", "classes", class_id=2),
    *(row("AUC", "flat", **curve) for curve in CURVES), row("AUC", "logits", from_logits=True),
    row("AUC", "binary", num_thresholds=7), row("AUC", "flat", thresholds=[0.3, 0.5]),
    row("AUC", "labels", multi_label=True, num_labels=CLASSES),
    row("AUC", "labels", multi_label=True, num_labels=CLASSES, label_weights=[1.0, 2.0, 0.5, 0.0]),
    row("PrecisionAtRecall", "flat", recall=0.5), row("RecallAtPrecision", "flat", precision=0.6),
    row("SensitivityAtSpecificity", "flat", specificity=0.5),
    row("SpecificityAtSensitivity", "flat", sensitivity=0.7, num_thresholds=11),
    row("PrecisionAtRecall", "classes", recall=0.5, class_id=1), row("RecallAtPrecision", "binary", precision=1.0),
    *(row("F1Score", "classes", average=average) for average in (None, "micro", "macro", "weighted")),
    row("F1Score", "labels", threshold=0.5), row("FBetaScore", "labels", beta=2.0, threshold=0.3, average="weighted"),
    *(row("R2Score", class_aggregation=a) for a in (None, "uniform_average", "variance_weighted_average")),
    row("R2Score", num_regressors=2), row("PearsonCorrelation"), row("ConcordanceCorrelation"),
    row("PearsonCorrelation", axis=1),
    row("IoU", "numbers", num_classes=CLASSES, target_class_ids=[0, 2]),
    row("IoU", "numbers", num_classes=CLASSES, target_class_ids=[1], dtype="float32", ignore_class=2),
    Row("MeanIoU", {"num_classes": CLASSES}, "image", weighted=False), row("MeanIoU", "numbers", num_classes=6),
    row("BinaryIoU", "binary", threshold=0.3), row("BinaryIoU", "flat", target_class_ids=[1]),
    row("OneHotIoU", "classes", num_classes=CLASSES, target_class_ids=[0, 1]),
    row("OneHotMeanIoU", "classes", num_classes=CLASSES),
]  # fmt: skip
