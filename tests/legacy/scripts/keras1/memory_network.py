'''Questions about a story: attention by the dot product of two embeddings.'''
import numpy as np
from keras.models import Sequential
from keras.layers.embeddings import Embedding
from keras.layers.core import Activation, Dense, Merge, Permute, Dropout
from keras.layers.recurrent import LSTM

np.random.seed(0)
vocab_size, story_maxlen, query_maxlen = 15, 6, 3

input_encoder_m = Sequential()
input_encoder_m.add(Embedding(input_dim=vocab_size, output_dim=5, input_length=story_maxlen))
question_encoder = Sequential()
question_encoder.add(Embedding(input_dim=vocab_size, output_dim=5, input_length=query_maxlen))

match = Sequential()
match.add(Merge([input_encoder_m, question_encoder], mode='dot', dot_axes=[2, 2]))
match.add(Activation('softmax'))

input_encoder_c = Sequential()
input_encoder_c.add(Embedding(input_dim=vocab_size, output_dim=query_maxlen, input_length=story_maxlen))

response = Sequential()
response.add(Merge([match, input_encoder_c], mode='sum'))
response.add(Permute((2, 1)))

answer = Sequential()
answer.add(Merge([response, question_encoder], mode='concat', concat_axis=-1))
answer.add(LSTM(4))
answer.add(Dropout(0.3))
answer.add(Dense(vocab_size))
answer.add(Activation('softmax'))
answer.compile(optimizer='rmsprop', loss='categorical_crossentropy', metrics=['accuracy'])

stories = np.random.randint(1, vocab_size, (10, story_maxlen))
queries = np.random.randint(1, vocab_size, (10, query_maxlen))
answers = np.eye(vocab_size)[np.random.randint(0, vocab_size, 10)]
answer.fit([stories, queries, stories], answers, batch_size=5, nb_epoch=1, verbose=0)
print(answer.predict([stories, queries, stories]).shape)
