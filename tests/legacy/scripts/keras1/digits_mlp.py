'''A perceptron on digits, as in the first tutorials.'''
from __future__ import print_function
import numpy as np
np.random.seed(1337)  # for reproducibility

from keras.models import Sequential
from keras.layers.core import Dense, Dropout, Activation
from keras.optimizers import SGD
from keras.utils import np_utils

batch_size = 16
nb_classes = 3
nb_epoch = 2

X_train = np.random.rand(64, 20).astype('float32')
Y_train = np_utils.to_categorical(np.arange(64) % nb_classes, nb_classes)

model = Sequential()
model.add(Dense(12, input_shape=(20,), init='glorot_uniform'))
model.add(Activation('relu'))
model.add(Dense(nb_classes))
model.add(Activation('softmax'))

sgd = SGD(lr=0.1, decay=1e-6, momentum=0.9, nesterov=True)
model.compile(loss='categorical_crossentropy', optimizer=sgd, metrics=['accuracy'])
history = model.fit(X_train, Y_train, batch_size=batch_size, nb_epoch=nb_epoch, verbose=0, validation_split=0.25)
score = model.evaluate(X_train, Y_train, verbose=0)
print('Test loss:', score[0])
print('history of', len(history.history['acc']), 'epochs:', history.history['acc'][-1])
