"""The comparison that `dovetail compare` runs when told nothing: two views of handwritten digits."""

from typing import Any

from ..layers import Concatenate, Dense, Input
from ..models import Model
from .comparing import compare
from .data import digits
from .result import Comparison

SEEDS = 8
LEARNING_RATES = (0.001, 0.003, 0.01)
EPOCHS = 20
MARGIN = 0.01  # one image in a hundred


def default_model() -> Model:
    """Two Dense branches, each seeing half of an 8 by 8 image, joined before the classifier."""
    top, bottom = Input((32,), name="top"), Input((32,), name="bottom")
    branches = [
        Dense(32, activation="relu", name="top_half")(top),
        Dense(32, activation="relu", name="bottom_half")(bottom),
    ]
    joined = Concatenate(name="join")(branches)
    hidden = Dense(32, activation="relu", name="hidden")(joined)
    model = Model([top, bottom], Dense(10, activation="softmax", name="digit")(hidden), name="digits")
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def default_comparison(**changes: Any) -> Comparison:
    """`compare` on `default_model` and scikit-learn's handwritten digits; keyword arguments change its settings."""
    data = digits()
    settings: dict[str, Any] = {
        "seeds": SEEDS,
        "learning_rates": LEARNING_RATES,
        "epochs": EPOCHS,
        "metric": "accuracy",
        "margin": MARGIN,
        "validation": (data["x_val"], data["y_val"]),
        "test": (data["x_test"], data["y_test"]),
    }
    return compare(default_model(), data["x"], data["y"], **(settings | changes))
