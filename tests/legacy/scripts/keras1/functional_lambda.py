import numpy as np
from keras.models import Model
from keras.layers import Input, Dense, Lambda, merge
from keras import backend as K

np.random.seed(11)
a, b = Input(shape=(5,)), Input(shape=(5,))
shared = Dense(3, activation='tanh')
difference = merge([shared(a), shared(b)], mode=lambda x: K.abs(x[0] - x[1]), output_shape=lambda s: s[0])
squared = Lambda(lambda x: x ** 2, output_shape=(3,))(difference)
model = Model(input=[a, b], output=Dense(1, activation='sigmoid')(squared))
model.compile(optimizer='sgd', loss='binary_crossentropy')
data, labels = [np.random.rand(12, 5), np.random.rand(12, 5)], np.arange(12) % 2
model.fit(data, labels, nb_epoch=1, batch_size=4, verbose=0)
print('loss', model.evaluate(data, labels, verbose=0))
