import os
import tempfile
import numpy as np
from keras.models import Sequential, load_model, model_from_json
from keras.layers import Dense, BatchNormalization
from keras.regularizers import l1_l2

np.random.seed(0)
folder = tempfile.mkdtemp()
model = Sequential()
model.add(Dense(4, input_shape=(3,), activation='relu', kernel_regularizer=l1_l2(0.01, 0.01)))
model.add(BatchNormalization())
model.add(Dense(1))
model.compile(loss='mean_squared_error', optimizer='adam', metrics=['mae'])
X, y = np.random.rand(16, 3), np.random.rand(16)
model.fit(X, y, epochs=1, batch_size=4, verbose=0)
model.save(os.path.join(folder, 'model.h5'))
again = load_model(os.path.join(folder, 'model.h5'))
print(np.abs(model.predict(X) - again.predict(X)).max() < 1e-6, len(again.optimizer.get_config()) > 0)
built = model_from_json(model.to_json())
built.set_weights(model.get_weights())
print(np.abs(model.predict(X) - built.predict(X)).max() < 1e-6)
