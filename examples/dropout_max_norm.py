"""Dropout between Dense layers, with bounded weights, as the dropout paper advises."""

from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from dovetail.constraints import max_norm
from dovetail.layers import Dense, Dropout, Input
from dovetail.models import Sequential
from dovetail.optimizers import SGD
from dovetail.utils import set_random_seed

set_random_seed(7)
x, y = load_breast_cancer(return_X_y=True)
x_train, x_test, y_train, y_test = train_test_split(StandardScaler().fit_transform(x), y, random_state=7)

model = Sequential()
model.add(Input(shape=(30,)))
model.add(Dropout(0.2))
model.add(Dense(60, kernel_initializer="normal", activation="relu", kernel_constraint=max_norm(3)))
model.add(Dropout(0.2))
model.add(Dense(30, kernel_initializer="normal", activation="relu", kernel_constraint=max_norm(3)))
model.add(Dense(1, kernel_initializer="normal", activation="sigmoid"))
model.compile(loss="binary_crossentropy", optimizer=SGD(learning_rate=0.1, momentum=0.9), metrics=["accuracy"])
model.fit(x_train, y_train, epochs=12, batch_size=16, verbose=0)

loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
largest = max((layer.get_weights()[0] ** 2).sum(axis=0).max() ** 0.5 for layer in model.layers if layer.weights)
print(f"test accuracy {accuracy:.3f}, largest norm of a unit's weights {largest:.2f}")
