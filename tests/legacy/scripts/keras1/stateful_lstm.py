'''A stateful LSTM goes on where the batch before it stopped.'''
import numpy as np
from keras.models import Sequential
from keras.layers import Dense, LSTM

np.random.seed(6)
tsteps, batch_size = 1, 5
cos = np.cos(np.arange(20) / 3.0)[:, None, None]
model = Sequential()
model.add(LSTM(4, batch_input_shape=(batch_size, tsteps, 1), return_sequences=True, stateful=True))
model.add(LSTM(3, return_sequences=False, stateful=True))
model.add(Dense(1))
model.compile(loss='mse', optimizer='rmsprop')
for i in range(2):
    model.fit(cos, np.roll(cos[:, 0], -1, axis=0), batch_size=batch_size, verbose=0, nb_epoch=1, shuffle=False)
    model.reset_states()
predicted = model.predict(cos, batch_size=batch_size)
print(predicted.shape)
