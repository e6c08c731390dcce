"""Two branches of convolutions see one image: should their feature maps be joined by concatenation or addition, by the
larger or the mean value? (`dovetail.compare` answers with intervals; this is the loop that one writes by hand.)"""

from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import dovetail as keras
from dovetail.layers import Conv2D, Dense, GlobalMaxPooling2D, Input, add, average, concatenate, maximum
from dovetail.models import Model

images, labels = load_digits(return_X_y=True)
images = (images / 16).reshape(-1, 8, 8, 1).astype("float32")
x_train, x_test, y_train, y_test = train_test_split(images, labels, train_size=1280, test_size=448, random_state=0)
results = {}
for join in (concatenate, add, maximum, average):
    keras.utils.set_random_seed(0)
    inputs = Input(shape=(8, 8, 1))
    fine = Conv2D(8, (3, 3), padding="same", activation="relu")(inputs)
    coarse = Conv2D(8, (5, 5), padding="same", activation="relu")(inputs)
    x = join([fine, coarse])
    x = Conv2D(16, (3, 3), activation="relu")(x)
    outputs = Dense(10, activation="softmax")(GlobalMaxPooling2D()(x))
    model = Model(inputs=inputs, outputs=outputs)
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.optimizer.learning_rate = 0.005
    model.fit(x_train, y_train, batch_size=64, epochs=3, verbose=0)
    results[join.__name__] = model.evaluate(x_test, y_test, verbose=0)[1]
    print(f"{join.__name__:12} accuracy {results[join.__name__]:.3f}  {model.count_params()} parameters")
