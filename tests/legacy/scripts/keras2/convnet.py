'''Digits by a small convnet, whichever the order of axes.'''
from __future__ import print_function
import numpy as np
import keras
from keras.models import Sequential
from keras.layers import Dense, Dropout, Flatten
from keras.layers import Conv2D, MaxPooling2D
from keras import backend as K

np.random.seed(0)
num_classes = 3
img_rows, img_cols = 10, 10
x_train = np.random.rand(24, 10, 10)
if K.image_data_format() == 'channels_first':
    x_train = x_train.reshape(x_train.shape[0], 1, img_rows, img_cols)
    input_shape = (1, img_rows, img_cols)
else:
    x_train = x_train.reshape(x_train.shape[0], img_rows, img_cols, 1)
    input_shape = (img_rows, img_cols, 1)
y_train = keras.utils.to_categorical(np.arange(24) % num_classes, num_classes)
model = Sequential()
model.add(Conv2D(4, kernel_size=(3, 3), activation='relu', input_shape=input_shape))
model.add(MaxPooling2D(pool_size=(2, 2)))
model.add(Flatten())
model.add(Dense(num_classes, activation='softmax'))
model.compile(loss=keras.losses.categorical_crossentropy, optimizer=keras.optimizers.Adadelta(), metrics=['accuracy'])
model.fit(x_train, y_train, batch_size=8, epochs=2, verbose=0, validation_data=(x_train, y_train))
score = model.evaluate(x_train, y_train, verbose=0)
print('Test loss:', score[0])
