import numpy as np
from keras.preprocessing import sequence
from keras.models import Sequential
from keras.layers import Dense, Dropout, Embedding, LSTM, Input, Bidirectional, Masking

np.random.seed(1)
x_train = sequence.pad_sequences([np.arange(1, n) for n in (4, 6, 3, 8, 5, 7, 2, 9)], maxlen=7)
y_train = np.array([0, 1] * 4)
model = Sequential()
model.add(Embedding(20, 5, input_length=7, mask_zero=True))
model.add(Bidirectional(LSTM(3)))
model.add(Dropout(0.5))
model.add(Dense(1, activation='sigmoid'))
model.compile('adam', 'binary_crossentropy', metrics=['accuracy'])
model.fit(x_train, y_train, batch_size=4, nb_epoch=1, validation_data=[x_train, y_train], verbose=0)
print(model.predict(x_train).shape)
