import numpy as np
from keras.models import Sequential
from keras.layers import Dense
from keras.wrappers.scikit_learn import KerasClassifier
from sklearn.model_selection import cross_val_score

np.random.seed(7)


def create_model():
    model = Sequential()
    model.add(Dense(6, input_dim=4, activation='relu'))
    model.add(Dense(1, activation='sigmoid'))
    model.compile(loss='binary_crossentropy', optimizer='adam', metrics=['accuracy'])
    return model


X, Y = np.random.rand(24, 4), np.arange(24) % 2
model = KerasClassifier(build_fn=create_model, epochs=2, batch_size=8, verbose=0)
results = cross_val_score(model, X, Y, cv=2)
print(results.shape, bool(results.mean() >= 0))
