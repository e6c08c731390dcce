"""Handwritten digits by Dense layers, each followed by normalization and only then its activation."""

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from dovetail.callbacks import EarlyStopping
from dovetail.layers import Activation, BatchNormalization, Dense, Input
from dovetail.models import Sequential
from dovetail.utils import set_random_seed, to_categorical

set_random_seed(0)
images, labels = load_digits(return_X_y=True)
x_train, x_test, y_train, y_test = train_test_split(images / 16, to_categorical(labels, 10), random_state=0)

model = Sequential()
model.add(Input(shape=(64,)))
for units in (64, 32):
    model.add(Dense(units, use_bias=False, kernel_initializer="he_uniform"))
    model.add(BatchNormalization())
    model.add(Activation("relu"))
model.add(Dense(10))
model.add(Activation("softmax"))
model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
model.summary()

stopping = EarlyStopping(monitor="val_loss", patience=3, restore_best_weights=True)
history = model.fit(x_train, y_train, batch_size=32, epochs=12, validation_split=0.2, callbacks=[stopping], verbose=2)
loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
print(f"test accuracy {accuracy:.3f} after {len(history.epoch)} epochs")
print("the first ten:", np.argmax(model.predict(x_test[:10], verbose=0), axis=1))
