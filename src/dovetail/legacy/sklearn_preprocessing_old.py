"""What `sklearn.preprocessing` had before 0.20 and has no more, or takes no more."""

import types
from types import SimpleNamespace
from typing import Any

import numpy as np


def additions(preprocessing: types.ModuleType) -> dict[Any, dict[str, Any]]:
    """The names to put into the module."""
    return {preprocessing: {"Imputer": Imputer, "OneHotEncoder": _encoder(preprocessing.OneHotEncoder)}}


def Imputer(
    missing_values: Any = "NaN", strategy: str = "mean", axis: int = 0, verbose: int = 0, copy: bool = True
) -> Any:
    """Missing values of columns filled in; rows (`axis=1`) by a transformer of the transposed data."""
    from sklearn import impute  # it is being imported when this module is

    missing = np.nan if missing_values == "NaN" else missing_values
    made = impute.SimpleImputer(missing_values=missing, strategy=strategy, copy=copy)
    if axis == 0:
        return made
    return SimpleNamespace(fit=lambda x, y=None: made.fit(np.transpose(x)),
                           fit_transform=lambda x, y=None: made.fit_transform(np.transpose(x)).T,
                           transform=lambda x: made.fit_transform(np.transpose(x)).T)  # fmt: skip


def _encoder(base: Any) -> type:
    """`OneHotEncoder` with the arguments of then beside today's."""

    class OneHotEncoder(base):
        """One column for each category; of the columns `categorical_features` alone, which come first.

        `sparse` is `sparse_output` today.
        """

        def __init__(
            self, *, n_values: Any = None, categorical_features: Any = None, categories: Any = "auto", drop: Any = None,
            sparse: bool = True, sparse_output: Any = None, dtype: Any = np.float64, handle_unknown: str = "error",
            min_frequency: Any = None, max_categories: Any = None,
        ):  # fmt: skip
            super().__init__(
                categories=categories, drop=drop, sparse_output=sparse if sparse_output is None else sparse_output,
                dtype=dtype, handle_unknown=handle_unknown, min_frequency=min_frequency, max_categories=max_categories,
            )  # fmt: skip
            self.n_values, self.categorical_features, self.sparse = n_values, categorical_features, sparse

        def fit(self, X: Any, y: Any = None) -> "OneHotEncoder":
            return super().fit(self._chosen(X)[0], y)

        def transform(self, X: Any) -> Any:
            chosen, rest = self._chosen(X)
            return self._joined(super().transform(chosen), rest)

        def fit_transform(self, X: Any, y: Any = None, **kwargs: Any) -> Any:
            return self.fit(X, y).transform(X)

        def _chosen(self, X: Any) -> tuple[Any, Any]:
            if self.categorical_features is None or isinstance(self.categorical_features, str):
                return X, None
            X = np.asarray(X)
            places = np.arange(X.shape[1])
            chosen = places[self.categorical_features]
            return X[:, chosen], X[:, np.setdiff1d(places, chosen)]

        def _joined(self, hot: Any, rest: Any) -> Any:
            if rest is None:
                return hot
            if hasattr(hot, "tocoo"):
                from scipy import sparse  # optional, and there where a sparse matrix is

                return sparse.hstack([hot, rest.astype(float)]).tocsr()
            return np.hstack([hot, rest.astype(float)])

    return OneHotEncoder
