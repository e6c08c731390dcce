"""What scikit-learn had in `cross_validation` and `grid_search` before 0.20, on today's.

Splitters took the data's size or its labels and were iterated over; here each is the list of its splits, which today's
`cv=` takes, too.
"""

from typing import Any

import numpy as np
from sklearn import model_selection
from sklearn.model_selection import (
    ParameterGrid,
    ParameterSampler,
    PredefinedSplit,
    cross_val_predict,
    cross_val_score,
    permutation_test_score,
    train_test_split,
)


class Splits(list):
    """Pairs of indices (train, test)."""

    def __init__(self, splitter: Any, count: int, labels: Any = None, groups: Any = None):
        super().__init__(splitter.split(np.zeros((count, 1)), labels, groups))
        self.n, self.y, self.n_folds = count, labels, len(self)


def KFold(n: int, n_folds: int = 3, shuffle: bool = False, random_state: Any = None, **kwargs: Any) -> Splits:
    seed = random_state if shuffle else None
    return Splits(model_selection.KFold(kwargs.pop("n_splits", n_folds), shuffle=shuffle, random_state=seed), int(n))


def StratifiedKFold(y: Any, n_folds: int = 3, shuffle: bool = False, random_state: Any = None) -> Splits:
    seed = random_state if shuffle else None
    return Splits(model_selection.StratifiedKFold(n_folds, shuffle=shuffle, random_state=seed), len(y), np.asarray(y))


def ShuffleSplit(
    n: int, n_iter: int = 10, test_size: Any = 0.1, train_size: Any = None, random_state: Any = None
) -> Splits:
    drawn = model_selection.ShuffleSplit(n_iter, test_size=test_size, train_size=train_size, random_state=random_state)
    return Splits(drawn, int(n))


def StratifiedShuffleSplit(
    y: Any, n_iter: int = 10, test_size: Any = 0.1, train_size: Any = None, random_state: Any = None
) -> Splits:
    drawn = model_selection.StratifiedShuffleSplit(
        n_iter, test_size=test_size, train_size=train_size, random_state=random_state
    )
    return Splits(drawn, len(y), np.asarray(y))


def LeaveOneOut(n: int) -> Splits:
    return Splits(model_selection.LeaveOneOut(), int(n))


def LeavePOut(n: int, p: int) -> Splits:
    return Splits(model_selection.LeavePOut(p), int(n))


def LabelKFold(labels: Any, n_folds: int = 3) -> Splits:
    return Splits(model_selection.GroupKFold(n_folds), len(labels), groups=np.asarray(labels))


def LeaveOneLabelOut(labels: Any) -> Splits:
    return Splits(model_selection.LeaveOneGroupOut(), len(labels), groups=np.asarray(labels))


class _Scores:
    """`grid_scores_`: of each setting its parameters, the mean, and the score of each split."""

    cv_results_: dict[str, Any]

    @property
    def grid_scores_(self) -> list[Any]:
        found = self.cv_results_
        splits = sorted(key for key in found if key.startswith("split") and key.endswith("test_score"))
        scores = np.stack([found[key] for key in splits], axis=1)
        return [_Score(p, s) for p, s in zip(found["params"], scores, strict=True)]


class _Score(tuple):
    def __new__(cls, parameters: dict[str, Any], scores: np.ndarray) -> "_Score":
        return super().__new__(cls, (parameters, float(np.mean(scores)), scores))

    parameters = property(lambda self: self[0])
    mean_validation_score = property(lambda self: self[1])
    cv_validation_scores = property(lambda self: self[2])

    def __repr__(self) -> str:
        return f"mean: {self[1]:.5f}, std: {np.std(self[2]):.5f}, params: {self[0]}"


class GridSearchCV(_Scores, model_selection.GridSearchCV):
    """Every setting of a grid, scored."""


class RandomizedSearchCV(_Scores, model_selection.RandomizedSearchCV):
    """Settings drawn at random, scored."""


__all__ = [
    "GridSearchCV", "KFold", "LabelKFold", "LeaveOneLabelOut", "LeaveOneOut", "LeavePOut", "ParameterGrid",
    "ParameterSampler", "PredefinedSplit", "RandomizedSearchCV", "ShuffleSplit", "StratifiedKFold",
    "StratifiedShuffleSplit", "cross_val_predict", "cross_val_score", "permutation_test_score", "train_test_split",
]  # fmt: skip
