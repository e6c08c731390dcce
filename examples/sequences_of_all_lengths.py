"""Sequences of different lengths: padded, the padding masked, and read by an LSTM."""

import numpy as np

from dovetail.layers import LSTM, Dense, Input, Masking
from dovetail.models import Sequential
from dovetail.utils import pad_sequences, set_random_seed

set_random_seed(0)
rng = np.random.default_rng(0)
walks = [np.cumsum(rng.normal(0.5 * rng.choice([-1, 1]), 1, size=length)) for length in rng.integers(4, 12, size=256)]
rises = np.array([walk[-1] > 0 for walk in walks], "float32")

x = pad_sequences(walks, maxlen=12, dtype="float32", padding="post", value=-99.0)[..., None]
model = Sequential([Input(shape=(12, 1)), Masking(mask_value=-99.0), LSTM(32), Dense(1, activation="sigmoid")])
model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
model.fit(x[:200], rises[:200], epochs=8, batch_size=20, verbose=2)
loss, accuracy = model.evaluate(x[200:], rises[200:], verbose=0)

longer = np.pad(x[200:], ((0, 0), (0, 5), (0, 0)), constant_values=-99.0)
same = Sequential([Input(shape=(17, 1)), *model.layers])  # the same layers, for longer padding
difference = np.abs(same.predict(longer, verbose=0) - model.predict(x[200:], verbose=0)).max()
print(f"test accuracy {accuracy:.3f}; more padding changes predictions by {difference:.1g}")
