"""Reviews as word numbers, told apart by convolutions over words and the strongest answer of each."""

import numpy as np

import dovetail as keras
from dovetail.layers import Conv1D, Dense, Dropout, Embedding, GlobalMaxPooling1D
from dovetail.models import Sequential
from dovetail.utils import pad_sequences

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
good, bad, plain = ["superb", "loved"], ["dull", "hated"], ["the", "film", "was", "a", "story", "of", "people"]
words = {word: number for number, word in enumerate(["", *good, *bad, *plain, "not"])}  # 0 is padding


def review():
    """Some plain words and one of praise or blame, which "not" turns round."""
    likes, turned = rng.integers(0, 2, size=2)
    core = ["not"] * turned + [rng.choice(good if likes else bad)]
    text = [*rng.choice(plain, size=rng.integers(2, 8)), *core, *rng.choice(plain, size=rng.integers(0, 6))]
    return [words[word] for word in text], int(likes != turned)


texts, labels = zip(*(review() for _ in range(600)), strict=True)
x, y = pad_sequences(texts, maxlen=16), np.array(labels)

model = Sequential()
model.add(Embedding(len(words), 8))
model.add(Conv1D(16, 3, padding="valid", activation="relu"))
model.add(GlobalMaxPooling1D())
model.add(Dropout(0.2))
model.add(Dense(1, activation="sigmoid"))
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
model.optimizer.learning_rate = 0.01
model.fit(x[:500], y[:500], batch_size=50, epochs=15, verbose=2)
loss, accuracy = model.evaluate(x[500:], y[500:], verbose=0)
print(f"test accuracy {accuracy:.3f}")
