import os
import tempfile
import numpy as np
import tensorflow as tf
from tensorflow import keras

np.random.seed(0)
folder = tempfile.mkdtemp()
model = keras.Sequential([keras.layers.Dense(4, activation='relu', input_shape=(3,)), keras.layers.Dense(1)])
model.compile(optimizer=keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)),
              loss=keras.losses.Huber(), metrics=[keras.metrics.MeanAbsoluteError()])


class Stop(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        if logs.get('mean_absolute_error') is not None and epoch == 1:
            self.model.stop_training = True


X, y = np.random.rand(16, 3), np.random.rand(16)
path = os.path.join(folder, 'best.h5')
history = model.fit(X, y, epochs=5, verbose=0, callbacks=[Stop(), keras.callbacks.ModelCheckpoint(path, monitor='loss')])
print(len(history.epoch), os.path.exists(path))
again = keras.models.load_model(path)
print(float(np.abs(again.predict(X) - model.predict(X)).max()) < 1e-6)
