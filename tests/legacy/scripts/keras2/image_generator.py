import numpy as np
from keras.preprocessing.image import ImageDataGenerator
from keras.models import Sequential
from keras.layers import Conv2D, Flatten, Dense

np.random.seed(0)
x, y = np.random.rand(16, 8, 8, 3) * 255, np.eye(2)[np.arange(16) % 2]
datagen = ImageDataGenerator(rescale=1. / 255, horizontal_flip=True, width_shift_range=0.1)
model = Sequential([Conv2D(3, (3, 3), activation='relu', input_shape=(8, 8, 3)), Flatten(), Dense(2, activation='softmax')])
model.compile('sgd', 'categorical_crossentropy', metrics=['accuracy'])
history = model.fit_generator(datagen.flow(x, y, batch_size=4), steps_per_epoch=4, epochs=2, verbose=0)
print(len(history.history['acc']))
print(model.predict_generator(ImageDataGenerator(rescale=1. / 255).flow(x, batch_size=4, shuffle=False), steps=4).shape)
