"""Handwritten digits by blocks of convolution, normalization and relu."""

from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import dovetail as keras
from dovetail import layers

keras.utils.set_random_seed(0)
images, labels = load_digits(return_X_y=True)
images = (images / 16).reshape(-1, 8, 8, 1).astype("float32")
x_train, x_test, y_train, y_test = train_test_split(images, labels, train_size=1280, test_size=448, random_state=0)


def block(x, filters):
    x = layers.Conv2D(filters, (3, 3), padding="same", use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.9)(x)
    return layers.ReLU()(x)


inputs = keras.Input(shape=(8, 8, 1))
x = block(inputs, 16)
x = layers.MaxPooling2D((2, 2))(x)
x = block(x, 32)
x = layers.GlobalAveragePooling2D()(x)
outputs = layers.Dense(10, activation="softmax")(x)
model = keras.Model(inputs, outputs)

steps = 4 * len(x_train) // 64
rate = keras.optimizers.schedules.CosineDecay(0.01, decay_steps=steps)
model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, batch_size=64, epochs=4, verbose=2)
loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
print(f"test accuracy {accuracy:.3f} with {model.count_params()} parameters")
