"""Every mode of merge()."""
import numpy as np
from keras.models import Model
from keras.layers import Input, Dense, Flatten, merge

np.random.seed(5)
a = Input(shape=(6,))
b = Input(shape=(6,))
x = Dense(4, activation='relu')(a)
y = Dense(4, activation='relu')(b)
joined = [merge([x, y], mode=mode) for mode in ('sum', 'mul', 'ave', 'max')]
joined.append(merge([x, y], mode='concat', concat_axis=-1))
joined.append(merge([x, y], mode='dot', dot_axes=1))
everything = merge(joined, mode='concat')
out = Dense(1, activation='sigmoid')(everything)
model = Model(input=[a, b], output=out)
model.compile('rmsprop', 'binary_crossentropy', metrics=['accuracy'])
data = [np.random.rand(24, 6), np.random.rand(24, 6)]
labels = np.arange(24) % 2
model.fit(data, labels, nb_epoch=1, batch_size=6, verbose=0)
print(everything.get_shape() if hasattr(everything, 'get_shape') else everything.shape)
print(model.evaluate(data, labels, verbose=0)[0])
