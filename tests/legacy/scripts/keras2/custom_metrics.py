import numpy as np
import keras.backend as K
from keras.layers import Dense, Dropout
from keras.models import Sequential
from keras.constraints import max_norm

np.random.seed(0)


def f1(y_true, y_pred):
    tp = K.sum(K.round(K.clip(y_true * y_pred, 0, 1)))
    possible = K.sum(K.round(K.clip(y_true, 0, 1)))
    predicted = K.sum(K.round(K.clip(y_pred, 0, 1)))
    precision = tp / (predicted + K.epsilon())
    recall = tp / (possible + K.epsilon())
    return 2 * precision * recall / (precision + recall + K.epsilon())


def focal(y_true, y_pred):
    p = K.clip(y_pred, 1e-6, 1 - 1e-6)
    return -K.mean(y_true * K.pow(1 - p, 2) * K.log(p) + (1 - y_true) * K.pow(p, 2) * K.log(1 - p), axis=-1)


model = Sequential()
model.add(Dense(8, input_dim=5, kernel_initializer='normal', activation='relu', kernel_constraint=max_norm(3)))
model.add(Dropout(0.2))
model.add(Dense(1, kernel_initializer='normal', activation='sigmoid'))
model.compile(loss=focal, optimizer='adam', metrics=[f1])
X, y = np.random.rand(20, 5), np.arange(20) % 2
history = model.fit(X, y, epochs=2, batch_size=10, verbose=0, class_weight={0: 1.0, 1: 2.0})
print(sorted(history.history), history.history['loss'][-1])
