"""Colour images as (3, 32, 32): the channels come first."""

import numpy as np

from dovetail.layers import Conv2D, Dense, Flatten, Input, MaxPooling2D
from dovetail.models import Sequential
from dovetail.utils import set_random_seed

set_random_seed(0)
rng = np.random.default_rng(0)
labels = rng.integers(0, 3, size=96)
images = rng.normal(0, 0.5, size=(96, 3, 32, 32)).astype("float32")
images[np.arange(96), labels] += 1  # the class is the colour that is strongest

wide = Sequential(
    [
        Input(shape=(3, 32, 32)),
        Conv2D(64, (3, 3), padding="same", data_format="channels_first", activation="relu"),
        Flatten(),
    ]
)
print("convolution:", wide.layers[0].output.shape, "flattened:", wide.output_shape)

model = Sequential()
model.add(Input(shape=(3, 32, 32)))
model.add(MaxPooling2D(pool_size=(2, 2), data_format="channels_first"))
model.add(Conv2D(4, (3, 3), padding="same", data_format="channels_first", activation="relu"))
model.add(MaxPooling2D(pool_size=(2, 2), data_format="channels_first"))
model.add(Flatten())
model.add(Dense(3, activation="softmax"))
model.compile(loss="sparse_categorical_crossentropy", optimizer="rmsprop", metrics=["accuracy"])
model.fit(images, labels, batch_size=16, epochs=4, verbose=2)
loss, accuracy = model.evaluate(images, labels, verbose=0)
print(f"accuracy {accuracy:.3f}")
