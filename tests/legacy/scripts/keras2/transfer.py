import numpy as np
from keras.models import Model
from keras.layers import Input, Conv2D, GlobalAveragePooling2D, Dense
from keras.optimizers import SGD

np.random.seed(0)
image = Input(shape=(8, 8, 3))
base_model = Model(image, Conv2D(4, (3, 3), name='features')(image))
x = GlobalAveragePooling2D()(base_model.output)
predictions = Dense(2, activation='softmax')(Dense(5, activation='relu')(x))
model = Model(inputs=base_model.input, outputs=predictions)
for layer in base_model.layers:
    layer.trainable = False
model.compile(optimizer='rmsprop', loss='sparse_categorical_crossentropy')
X, y = np.random.rand(12, 8, 8, 3), np.arange(12) % 2
frozen = base_model.get_weights()[0].copy()
model.fit(X, y, epochs=1, batch_size=6, verbose=0)
print(bool(np.all(frozen == base_model.get_weights()[0])), len(model.trainable_weights))
for layer in model.layers[:2]:
    layer.trainable = True
model.compile(optimizer=SGD(lr=0.01, momentum=0.9), loss='sparse_categorical_crossentropy')
model.fit(X, y, epochs=1, batch_size=6, verbose=0)
print(bool(np.all(frozen == base_model.get_weights()[0])), len(model.trainable_weights))
