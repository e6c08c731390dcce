import numpy as np
from keras.models import Sequential
from keras.layers import Dense

np.random.seed(8)


def batches(size):
    rng = np.random.RandomState(0)
    while 1:
        x = rng.rand(size, 3)
        yield x, x.sum(axis=1)


batch_size = 10
model = Sequential()
model.add(Dense(1, input_dim=3))
model.compile(loss='mse', optimizer='sgd')
history = model.fit_generator(batches(batch_size), samples_per_epoch=40, nb_epoch=3, verbose=0,
                              validation_data=batches(batch_size), nb_val_samples=20)
print(sorted(history.history), len(history.history['loss']))
print(model.evaluate_generator(batches(batch_size), val_samples=30))
