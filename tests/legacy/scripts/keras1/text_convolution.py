'''Text classified by a convolution over words and max pooling.'''
import numpy as np
from keras.preprocessing import sequence
from keras.models import Sequential
from keras.layers import Dense, Activation, Embedding
from keras.layers import Convolution1D, GlobalMaxPooling1D

np.random.seed(1)
maxlen = 12
texts = [list(np.random.randint(1, 30, np.random.randint(4, 15))) for _ in range(24)]
X = sequence.pad_sequences(texts, maxlen=maxlen)
y = np.arange(24) % 2

model = Sequential()
model.add(Embedding(30, 6, input_length=maxlen))
model.add(Convolution1D(nb_filter=5, filter_length=3, border_mode='valid', activation='relu', subsample_length=1))
model.add(GlobalMaxPooling1D())
model.add(Dense(1))
model.add(Activation('sigmoid'))
model.compile(loss='binary_crossentropy', optimizer='adam', metrics=['accuracy'])
model.fit(X, y, batch_size=8, nb_epoch=2, validation_data=(X, y), verbose=0)
print(model.predict_classes(X, verbose=0).shape)
print('loss', model.evaluate(X, y, verbose=0)[0])
