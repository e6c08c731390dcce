"""An image and the words so far give the next word: two branches, one of them repeated over time."""
import numpy as np
from keras.models import Sequential
from keras.layers import Dense, Embedding, GRU, TimeDistributed, RepeatVector, Merge

np.random.seed(0)
max_caption_len, vocab_size = 5, 12
image_model = Sequential()
image_model.add(Dense(7, input_dim=10))
image_model.add(RepeatVector(max_caption_len))

language_model = Sequential()
language_model.add(Embedding(vocab_size, 6, input_length=max_caption_len))
language_model.add(GRU(output_dim=5, return_sequences=True))
language_model.add(TimeDistributed(Dense(4)))

model = Sequential()
model.add(Merge([image_model, language_model], mode='concat', concat_axis=-1))
model.add(GRU(6, return_sequences=False))
model.add(Dense(vocab_size, activation='softmax'))
model.compile(loss='categorical_crossentropy', optimizer='rmsprop')
images = np.random.rand(8, 10)
partial = np.random.randint(0, vocab_size, (8, max_caption_len))
following = np.eye(vocab_size)[np.random.randint(0, vocab_size, 8)]
model.fit([images, partial], following, batch_size=4, nb_epoch=1, verbose=0)
print(model.predict([images, partial]).shape)
