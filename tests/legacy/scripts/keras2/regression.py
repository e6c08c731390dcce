import numpy as np
from keras.models import Sequential
from keras.layers import Dense, Dropout, Activation
from keras.optimizers import RMSprop
from keras.callbacks import EarlyStopping, CSVLogger
from keras import regularizers
import os, tempfile

np.random.seed(42)
X = np.random.rand(24, 5)
y = X.sum(axis=1)
model = Sequential()
model.add(Dense(8, input_dim=5, kernel_initializer='he_uniform', kernel_regularizer=regularizers.l2(0.001)))
model.add(Activation('relu'))
model.add(Dropout(rate=0.1))
model.add(Dense(1))
model.compile(loss='mse', optimizer=RMSprop(lr=0.001), metrics=['mae'])
log = os.path.join(tempfile.mkdtemp(), 'log.csv')
history = model.fit(X, y, epochs=3, batch_size=8, verbose=0, validation_split=0.25,
                    callbacks=[EarlyStopping(monitor='val_loss', patience=2), CSVLogger(log)])
print(sorted(history.history), os.path.getsize(log) > 0)
