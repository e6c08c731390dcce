from keras.preprocessing.text import Tokenizer
from keras.preprocessing.sequence import pad_sequences
from keras.models import Sequential
from keras.layers import Embedding, Conv1D, MaxPooling1D, GlobalMaxPooling1D, Dense, SpatialDropout1D, CuDNNGRU
import numpy as np

np.random.seed(0)
texts = ['the cat sat on the mat', 'the dog ate my homework', 'a cat is not a dog', 'my mat is new']
tokenizer = Tokenizer(num_words=20)
tokenizer.fit_on_texts(texts)
data = pad_sequences(tokenizer.texts_to_sequences(texts), maxlen=8)
embedding_matrix = np.random.rand(21, 4)
model = Sequential()
model.add(Embedding(21, 4, weights=[embedding_matrix], input_length=8, trainable=False))
model.add(SpatialDropout1D(0.2))
model.add(Conv1D(5, 3, padding='same', activation='relu'))
model.add(MaxPooling1D(2))
model.add(CuDNNGRU(3, return_sequences=True))
model.add(GlobalMaxPooling1D())
model.add(Dense(1, activation='sigmoid'))
model.compile(loss='binary_crossentropy', optimizer='adam', metrics=['accuracy'])
model.fit(data, np.array([1, 0, 1, 0]), epochs=1, verbose=0)
print(np.allclose(model.layers[0].get_weights()[0], embedding_matrix), data.tolist()[0])
