'''Encoder and decoder LSTMs.'''
import numpy as np
from keras.models import Model
from keras.layers import Input, LSTM, Dense

np.random.seed(0)
tokens, latent_dim = 6, 4
encoder_inputs = Input(shape=(None, tokens))
encoder = LSTM(latent_dim, return_state=True)
encoder_outputs, state_h, state_c = encoder(encoder_inputs)
encoder_states = [state_h, state_c]
decoder_inputs = Input(shape=(None, tokens))
decoder_lstm = LSTM(latent_dim, return_sequences=True, return_state=True)
decoder_outputs, _, _ = decoder_lstm(decoder_inputs, initial_state=encoder_states)
decoder_dense = Dense(tokens, activation='softmax')
decoder_outputs = decoder_dense(decoder_outputs)
model = Model([encoder_inputs, decoder_inputs], decoder_outputs)
model.compile(optimizer='rmsprop', loss='categorical_crossentropy')
a, b, t = (np.eye(tokens)[np.random.randint(0, tokens, (8, 5))] for _ in range(3))
model.fit([a, b], t, batch_size=4, epochs=1, verbose=0)
encoder_model = Model(encoder_inputs, encoder_states)
decoder_state_input_h = Input(shape=(latent_dim,))
decoder_state_input_c = Input(shape=(latent_dim,))
decoder_states_inputs = [decoder_state_input_h, decoder_state_input_c]
outputs, h, c = decoder_lstm(decoder_inputs, initial_state=decoder_states_inputs)
decoder_model = Model([decoder_inputs] + decoder_states_inputs, [decoder_dense(outputs), h, c])
states = encoder_model.predict(a)
print([x.shape for x in decoder_model.predict([b[:, :1]] + states)])
print('loss', model.evaluate([a, b], t, verbose=0))
