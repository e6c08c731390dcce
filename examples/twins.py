"""Are two points of the same cluster? One encoder sees both; three ways to compare what it says of them."""

import numpy as np

import dovetail as keras
from dovetail import layers, ops

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
centers = 2 * rng.normal(size=(6, 8))
first, second = rng.integers(0, 6, size=(2, 1200))
second = np.where(rng.random(1200) < 0.5, first, second)
left = (centers[first] + rng.normal(size=(1200, 8))).astype("float32")
right = (centers[second] + rng.normal(size=(1200, 8))).astype("float32")
same = (first == second).astype("float32")

COMPARE = {
    "squared difference": lambda a, b: ops.square(layers.subtract([a, b])),
    "x, y and x*y": lambda a, b: layers.concatenate([a, b, layers.multiply([a, b])]),
    "cosine": lambda a, b: layers.dot([a, b], axes=-1, normalize=True),
}
results = {}
for name, compare in COMPARE.items():
    encoder = keras.Sequential([keras.Input((8,)), layers.Dense(32, "relu"), layers.Dense(16)], name="encoder")
    a, b = keras.Input((8,)), keras.Input((8,))
    x = layers.Dense(16, "relu")(compare(encoder(a), encoder(b)))  # both branches have the encoder's weights
    model = keras.Model([a, b], layers.Dense(1, activation="sigmoid")(x))
    model.compile(keras.optimizers.Adam(0.005), "binary_crossentropy", metrics=["accuracy"])
    model.fit([left[:1000], right[:1000]], same[:1000], batch_size=50, epochs=12, verbose=0)
    results[name] = model.evaluate([left[1000:], right[1000:]], same[1000:], verbose=0)[1]
    print(f"{name:20} accuracy {results[name]:.3f}")
