"""Houses: numbers and a district go in by name, a price and whether it sells go out by name."""

import numpy as np

import dovetail as keras
from dovetail import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
numbers = rng.normal(size=(400, 3)).astype("float32")
district = rng.integers(0, 5, size=(400, 1))
price = (numbers @ [1.0, -2.0, 0.5])[:, None] + np.array([0.0, 1.0, -1.0, 2.0, -2.0])[district]
sells = (price < 0).astype("float32")

number_input = keras.Input(shape=(3,), name="numbers")
district_input = keras.Input(shape=(1,), dtype="int32", name="district")
place = layers.Flatten()(layers.Embedding(5, 4)(district_input))
x = layers.concatenate([layers.Dense(8, activation="relu")(number_input), place])
x = layers.Dense(16, activation="relu")(x)
model = keras.Model(
    inputs=[number_input, district_input],
    outputs=[layers.Dense(1, name="price")(x), layers.Dense(1, activation="sigmoid", name="sells")(x)],
)
model.compile(
    optimizer=keras.optimizers.Adam(0.01),
    loss={"price": "mse", "sells": "binary_crossentropy"},
    loss_weights={"price": 1.0, "sells": 0.5},
    metrics={"price": ["mae"], "sells": ["accuracy"]},
)
history = model.fit(
    {"numbers": numbers, "district": district},
    {"price": price, "sells": sells},
    validation_split=0.25,
    epochs=15,
    class_weight={"sells": {0: 1.0, 1: 2.0}},
    verbose=0,
)
error, accuracy = history.history["val_price_mae"][-1], history.history["val_sells_accuracy"][-1]
print(f"mean error of the price {error:.2f}, accuracy of the sale {accuracy:.3f}")
