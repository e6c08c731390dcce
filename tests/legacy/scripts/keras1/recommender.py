# users and items as vectors whose dot product is the rating
import numpy as np
from keras.models import Sequential
from keras.layers import Embedding, Reshape, Merge

np.random.seed(9)
n_users, n_items = 10, 12
users = Sequential()
users.add(Embedding(n_users, 4, input_length=1))
users.add(Reshape((4,)))
items = Sequential()
items.add(Embedding(n_items, 4, input_length=1))
items.add(Reshape((4,)))
model = Sequential()
model.add(Merge([users, items], mode='dot', dot_axes=1))
model.compile(loss='mse', optimizer='adamax')
u = np.random.randint(0, n_users, (40, 1))
i = np.random.randint(0, n_items, (40, 1))
ratings = np.random.rand(40)
history = model.fit([u, i], ratings, batch_size=10, nb_epoch=2, verbose=0)
print(len(history.history['loss']), model.predict([u, i]).shape)
