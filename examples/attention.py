"""Attention made of merges: a question asks a row of notes which of them to read."""

import numpy as np

import dovetail as keras
from dovetail.layers import Dense, Dot, Flatten, Input, Reshape, Softmax, concatenate

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
order = rng.random((800, 6)).argsort(axis=1)
keys = np.eye(6, dtype="float32")[order]  # each note has one of six keys
values = rng.normal(size=(800, 6, 1)).astype("float32")
question = rng.integers(0, 6, size=800)
notes = np.concatenate([keys, values], axis=-1)
asked = np.eye(6, dtype="float32")[question]
answers = values[np.arange(800), (order == question[:, None]).argmax(axis=1)]

note_input, question_input = Input(shape=(6, 7), name="notes"), Input(shape=(6,), name="question")
scores = Dot(axes=(2, 1))([Dense(8)(note_input), Dense(8)(question_input)])  # (batch, 6)
weights = Softmax(name="weights")(scores)
read = Dot(axes=(1, 1))([weights, Dense(4)(note_input)])  # (batch, 4)
outputs = Dense(1)(concatenate([Flatten()(Reshape((4, 1))(read)), question_input]))
model = keras.Model([note_input, question_input], outputs)
model.compile(keras.optimizers.Adam(0.03), "mse")
model.fit([notes[:700], asked[:700]], answers[:700], batch_size=50, epochs=20, verbose=0)

loss = model.evaluate([notes[700:], asked[700:]], answers[700:], verbose=0)
attention = keras.Model(model.inputs, model.get_layer("weights").output)
looked_at = attention.predict([notes[700:], asked[700:]], verbose=0).argmax(axis=1)
found = (order[700:][np.arange(100), looked_at] == question[700:]).mean()
print(f"mean squared error {loss:.3f} (variance {answers.var():.3f}); reads the note asked for {found:.0%} of the time")
