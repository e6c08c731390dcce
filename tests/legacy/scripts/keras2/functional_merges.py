import numpy as np
from keras.layers import Input, Dense, Embedding, Flatten, add, multiply, concatenate, average, maximum, dot, subtract
from keras.layers.merge import Dot, Concatenate
from keras.models import Model

np.random.seed(0)
user, item = Input(shape=(1,), name='user'), Input(shape=(1,), name='item')
u = Flatten()(Embedding(10, 4)(user))
i = Flatten()(Embedding(12, 4)(item))
features = concatenate([add([u, i]), multiply([u, i]), average([u, i]), maximum([u, i]), subtract([u, i]),
                        dot([u, i], axes=1, normalize=True), Dot(axes=-1)([u, i])])
out = Dense(1, activation='sigmoid', name='rating')(Dense(6, activation='relu')(features))
model = Model(inputs=[user, item], outputs=out)
model.compile('adam', 'binary_crossentropy', metrics=['acc'])
data = {'user': np.random.randint(0, 10, (20, 1)), 'item': np.random.randint(0, 12, (20, 1))}
history = model.fit(data, {'rating': np.arange(20) % 2}, batch_size=5, epochs=2, verbose=0, validation_split=0.2)
print(model.get_layer('rating').output_shape if hasattr(model.layers[0], 'output_shape') else model.output_shape)
print(history.history['val_acc'][-1] >= 0, history.history['loss'][-1])
