"""Texts as TensorFlow's tensors: one as a `str`, many as an array of them, both of which answer as tensors do."""

from typing import Any

import numpy as np

from ...engine.texts import is_text, texts


class Text(str):
    """One text, as datasets and `tf.strings` give it: a `str` that also answers as a tensor does."""

    shape = ()
    ndim = 0

    def numpy(self) -> bytes:
        """The text in UTF-8, as TensorFlow keeps it."""
        return self.encode("utf-8", "surrogateescape")

    def decode(self, *args: Any) -> str:
        return str(self)


class Texts(np.ndarray):
    """An array of `Text`."""

    def numpy(self) -> np.ndarray:
        """The texts in UTF-8, as TensorFlow keeps them."""
        made = np.empty(self.shape, object)
        made.reshape(-1)[:] = [x.encode("utf-8", "surrogateescape") for x in self.reshape(-1)]
        return made

    def get_shape(self) -> tuple[int, ...]:
        return self.shape


def as_texts(x: Any) -> Any:
    """Text, one or many, as `Text` or `Texts`; what is none stays as it is."""
    if isinstance(x, (Text, Texts)) or not is_text(x):
        return x
    array = texts(x)
    if array.ndim == 0:
        return Text(array.item())
    array.reshape(-1)[:] = [Text(value) for value in array.reshape(-1)]
    return array.view(Texts)
