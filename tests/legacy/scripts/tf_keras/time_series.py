import numpy as np
from tensorflow.keras.models import Sequential
from tensorflow.keras.layers import GRU, Dense, Dropout
from tensorflow.keras.callbacks import ModelCheckpoint, ReduceLROnPlateau
from tensorflow.keras.preprocessing.sequence import TimeseriesGenerator

np.random.seed(0)
series = np.sin(np.arange(40) / 4.0).reshape(-1, 1)
generator = TimeseriesGenerator(series, series, length=5, batch_size=8)
model = Sequential([GRU(4, activation='tanh', input_shape=(5, 1)), Dropout(0.1), Dense(1)])
model.compile(optimizer='adam', loss='mse')
history = model.fit(generator, epochs=2, verbose=0)
print(len(generator), len(history.history['loss']), model.predict(generator, verbose=0).shape)
