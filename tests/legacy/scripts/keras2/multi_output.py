import numpy as np
from keras.layers import Input, Dense, Embedding, LSTM, concatenate
from keras.models import Model

np.random.seed(0)
main_input = Input(shape=(6,), dtype='int32', name='main_input')
x = Embedding(output_dim=5, input_dim=20, input_length=6)(main_input)
lstm_out = LSTM(4)(x)
auxiliary_output = Dense(1, activation='sigmoid', name='aux_output')(lstm_out)
auxiliary_input = Input(shape=(3,), name='aux_input')
x = concatenate([lstm_out, auxiliary_input])
x = Dense(6, activation='relu')(x)
main_output = Dense(1, activation='sigmoid', name='main_output')(x)
model = Model(inputs=[main_input, auxiliary_input], outputs=[main_output, auxiliary_output])
model.compile(optimizer='rmsprop',
              loss={'main_output': 'binary_crossentropy', 'aux_output': 'binary_crossentropy'},
              loss_weights={'main_output': 1., 'aux_output': 0.2})
headlines, additional = np.random.randint(0, 20, (12, 6)), np.random.rand(12, 3)
labels = np.arange(12) % 2
history = model.fit({'main_input': headlines, 'aux_input': additional}, {'main_output': labels, 'aux_output': labels},
                    epochs=1, batch_size=6, verbose=0)
print(sorted(history.history))
print([p.shape for p in model.predict([headlines, additional])])
