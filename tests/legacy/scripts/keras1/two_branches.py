# two Sequential models joined by a Merge layer
import numpy as np
from keras.models import Sequential
from keras.layers import Dense, Merge, Activation

np.random.seed(3)
left = Sequential()
left.add(Dense(8, input_dim=6))
left.add(Activation('tanh'))

right = Sequential()
right.add(Dense(8, input_dim=4))
right.add(Activation('tanh'))

for_both = np.random.rand(32, 6), np.random.rand(32, 4)
target = np.random.rand(32, 1)

model = Sequential()
model.add(Merge([left, right], mode='concat', concat_axis=1))
model.add(Dense(5, activation='relu'))
model.add(Dense(1))
model.compile(loss='mse', optimizer='sgd')
model.fit([for_both[0], for_both[1]], target, batch_size=8, nb_epoch=2, verbose=0)
print(model.predict([for_both[0], for_both[1]]).shape)
print(model.evaluate([for_both[0], for_both[1]], target, verbose=0))
