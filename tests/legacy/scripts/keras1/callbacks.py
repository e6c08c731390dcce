import os
import tempfile
import numpy as np
from keras.models import Sequential
from keras.layers import Dense
from keras.callbacks import Callback, EarlyStopping, ModelCheckpoint, LearningRateScheduler, ReduceLROnPlateau

np.random.seed(2)


class LossHistory(Callback):
    def on_train_begin(self, logs={}):
        self.losses = []

    def on_batch_end(self, batch, logs={}):
        self.losses.append(logs.get('loss'))


model = Sequential()
model.add(Dense(3, input_dim=4, activation='softmax'))
model.compile(loss='categorical_crossentropy', optimizer='rmsprop', metrics=['accuracy'])
path = os.path.join(tempfile.mkdtemp(), 'best.hdf5')
watch = LossHistory()
X, Y = np.random.rand(20, 4), np.eye(3)[np.arange(20) % 3]
model.fit(X, Y, nb_epoch=3, batch_size=5, verbose=0, validation_data=(X, Y),
          callbacks=[watch, EarlyStopping(monitor='val_acc', patience=5),
                     ModelCheckpoint(path, monitor='val_loss', save_best_only=True, save_weights_only=True),
                     LearningRateScheduler(lambda epoch: 0.01 / (epoch + 1)),
                     ReduceLROnPlateau(monitor='val_loss', factor=0.5, patience=1, epsilon=1e-3)])
print(len(watch.losses), os.path.exists(path))
model.load_weights(path)
