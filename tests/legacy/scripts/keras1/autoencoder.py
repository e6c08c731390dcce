'''A convolutional autoencoder.'''
import numpy as np
from keras.layers import Input, Convolution2D, MaxPooling2D, UpSampling2D
from keras.models import Model

np.random.seed(4)
input_img = Input(shape=(8, 8, 1))
x = Convolution2D(4, 3, 3, activation='relu', border_mode='same')(input_img)
encoded = MaxPooling2D((2, 2), border_mode='same')(x)
x = Convolution2D(4, 3, 3, activation='relu', border_mode='same')(encoded)
x = UpSampling2D((2, 2))(x)
decoded = Convolution2D(1, 3, 3, activation='sigmoid', border_mode='same')(x)
autoencoder = Model(input_img, decoded)
autoencoder.compile(optimizer='adadelta', loss='binary_crossentropy')
images = np.random.rand(16, 8, 8, 1)
autoencoder.fit(images, images, nb_epoch=2, batch_size=8, shuffle=True, validation_data=(images, images), verbose=0)
encoder = Model(input=input_img, output=encoded)
print(encoder.predict(images).shape)
print('loss', autoencoder.evaluate(images, images, verbose=0))
