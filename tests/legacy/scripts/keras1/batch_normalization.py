'''Dense, normalization, activation.'''
import numpy as np
from keras.models import Sequential
from keras.layers.core import Dense, Activation
from keras.layers.normalization import BatchNormalization
from keras.optimizers import Adam

np.random.seed(3)
model = Sequential()
model.add(Dense(output_dim=6, input_dim=4, init='he_normal', bias=False))
model.add(BatchNormalization(epsilon=1e-06, mode=0, axis=-1, momentum=0.9))
model.add(Activation('relu'))
model.add(Dense(output_dim=1, init='uniform', W_regularizer='l2'))
model.compile(loss='mean_absolute_error', optimizer=Adam(lr=0.01, beta_1=0.9, beta_2=0.999, epsilon=1e-08))
X, y = np.random.rand(16, 4), np.random.rand(16)
model.fit(X, y, batch_size=8, nb_epoch=2, verbose=0)
print(model.predict(X).shape, len(model.get_weights()))
