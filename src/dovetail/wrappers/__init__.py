"""Models as scikit-learn estimators. scikit-learn is imported when one of them is asked for."""

from typing import Any

from ..engine.extras import needed

__all__ = ["SKLearnClassifier", "SKLearnRegressor", "SKLearnTransformer"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        needed("sklearn")
        return getattr(needed(f"{__name__}.estimators"), name)
    raise AttributeError(f"module {__name__!r} has no {name!r}")
