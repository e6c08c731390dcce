'''Residual blocks made with merge(mode='sum').'''
import numpy as np
from keras.models import Model
from keras.layers import Input, Convolution2D, BatchNormalization, Activation, GlobalAveragePooling2D, Dense, merge
from keras.regularizers import l2

np.random.seed(2)


def block(x, filters):
    y = Convolution2D(filters, 3, 3, border_mode='same', init='he_normal', W_regularizer=l2(1e-4), dim_ordering='tf')(x)
    y = BatchNormalization(axis=-1)(y)
    y = Activation('relu')(y)
    y = Convolution2D(filters, 3, 3, border_mode='same', init='he_normal', dim_ordering='tf')(y)
    y = merge([x, y], mode='sum')
    return Activation('relu')(y)


image = Input(shape=(8, 8, 4))
x = block(image, 4)
x = block(x, 4)
x = GlobalAveragePooling2D(dim_ordering='tf')(x)
model = Model(input=image, output=Dense(2, activation='softmax')(x))
model.compile(optimizer='adam', loss='categorical_crossentropy', metrics=['accuracy'])
X = np.random.rand(12, 8, 8, 4)
Y = np.eye(2)[np.arange(12) % 2]
model.fit(X, Y, batch_size=6, nb_epoch=1, verbose=0)
print(len(model.layers), model.predict(X).shape)
