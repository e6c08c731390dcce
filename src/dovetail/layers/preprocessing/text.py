"""Texts as numbers of their words."""

import re
from typing import Any

import jax.numpy as jnp
import numpy as np

from ...engine.configs import revive
from ...engine.tensor import KerasTensor, Spec
from ...engine.texts import texts
from ..arguments import describe, one_of, positive_int
from .lookup import LEFT_OUT, StringLookup, TextLayer, Vocabulary

STANDARDS = ("lower_and_strip_punctuation", "lower", "strip_punctuation")
SPLITS = ("whitespace", "character")
PUNCTUATION = re.compile(r"[!\"#$%&()*+,\-./:;<=>?@\[\\\]^_`{|}~']")


class TextVectorization(Vocabulary, TextLayer):
    """Texts as numbers: standardized, split into words, and each word looked up.

    In mode "int", 0 fills texts up, 1 is for words outside the vocabulary.

    Args:
        max_tokens: the most numbers, special ones included.
        standardize: "lower_and_strip_punctuation", "lower", "strip_punctuation", a function of an array of texts, or
            None.
        split: "whitespace", "character", a function of an array of texts giving lists of words, or None: each text is a
            word.
        ngrams: up to how many words after one another are a term, or a tuple of the numbers of words.
        output_mode: "int", or one vector for each text: "multi_hot", "count" or "tf_idf".
        output_sequence_length: how many numbers a text has, the rest cut off or filled with 0; None is that of the
            longest.
        pad_to_max_tokens, vocabulary, idf_weights, sparse: as of `StringLookup`.
        ragged: Keras's; not supported.
        encoding: "utf-8".

    Shapes:
        inputs: (batch,) or (batch, 1) texts
        output: (batch, words), or (batch, depth) where vectors are made

    Example:
        >>> TextVectorization(vocabulary=["good", "film"])(["A good film!"])
        Array([[1, 2, 3]], dtype=int32)
    """

    num_oov_indices, mask_token, oov_token, invert, salt = 1, "", "[UNK]", False, None

    def __init__(
        self, max_tokens: int | None = None, standardize: Any = "lower_and_strip_punctuation",
        split: Any = "whitespace", ngrams: Any = None, output_mode: str = "int",
        output_sequence_length: int | None = None, pad_to_max_tokens: bool = False, vocabulary: Any = None,
        idf_weights: Any = None, sparse: bool = False, ragged: bool = False, encoding: str = "utf-8",
        name: str | None = None, **kwargs: Any,
    ):  # fmt: skip
        kwargs.pop("dtype", None)
        super().__init__(name=name, **kwargs)
        standardize, split = revive(standardize), revive(split)
        self.standardize = standardize if standardize is None or callable(standardize) else one_of(
            "standardize", standardize, STANDARDS)  # fmt: skip
        self.split = split if split is None or callable(split) else one_of("split", split, SPLITS)
        self.ngrams = tuple(ngrams) if isinstance(ngrams, list) else ngrams
        if not (ngrams is None or isinstance(ngrams, int) or all(isinstance(n, int) for n in tuple(ngrams))):
            raise ValueError(f"`ngrams` is None, an integer or a tuple of integers, not {ngrams!r}")
        if ragged:
            raise NotImplementedError(f"{describe(self)}: ragged arrays are not there; leave `ragged` out")
        self.max_tokens, self.pad_to_max_tokens = max_tokens, pad_to_max_tokens
        self.output_mode, self.sparse, self.ragged, self.encoding = output_mode, sparse, False, encoding
        if output_sequence_length is not None:
            positive_int("output_sequence_length", output_sequence_length)
            if output_mode != "int":
                raise ValueError(f"{describe(self)}: `output_sequence_length` goes with output_mode='int' only")
        self.output_sequence_length = output_sequence_length
        self._set_up(vocabulary, idf_weights)

    _term = StringLookup._term

    def words(self, inputs: Any) -> list[list[str]]:
        """The terms of each text."""
        array = texts(inputs)
        if self.split is not None and array.ndim > 1:
            if array.shape[-1] != 1:
                raise ValueError(f"{describe(self)} takes texts (batch,) or (batch, 1); got {array.shape}")
            array = array[..., 0]
        array = self._standardized(array.reshape(-1) if self.split is not None or array.ndim < 2 else array)
        if self.split is None:
            documents = [list(row) if isinstance(row, np.ndarray) else [row] for row in array]
        elif callable(self.split):
            documents = [[self._term(word) for word in row] for row in self._own_split(array)]
        else:
            documents = [list(row) if self.split == "character" else row.split() for row in array]
        return documents if self.ngrams is None else [self._joined(document) for document in documents]

    def _own_split(self, array: np.ndarray) -> Any:
        return self.split(array.astype("U"))  # type: ignore[operator]

    def _standardized(self, array: np.ndarray) -> np.ndarray:
        if callable(self.standardize):
            return texts(self.standardize(array.astype("U")))
        if self.standardize is None:
            return array
        is_lower, is_stripped = "lower" in self.standardize, "strip" in self.standardize

        def one(text: str) -> str:
            text = text.lower() if is_lower else text
            return PUNCTUATION.sub("", text) if is_stripped else text

        made = np.empty(array.shape, object)
        made.reshape(-1)[:] = [one(text) for text in array.reshape(-1)]
        return made

    def _joined(self, words: list[str]) -> list[str]:
        widths = range(1, self.ngrams + 1) if isinstance(self.ngrams, int) else self.ngrams
        return [" ".join(words[i : i + n]) for n in widths for i in range(len(words) - n + 1)]

    def update_state(self, data: Any) -> None:
        self._count(self.words(data))

    def adapt(self, data: Any, batch_size: int | None = None, steps: int | None = None) -> None:
        """As of `StringLookup`; `batch_size` is Keras's and has no effect."""
        super().adapt(data, steps)

    def call(self, inputs):
        self._check_adapted()
        documents = [self._placed(words) for words in self.words(inputs)]
        length = self.output_sequence_length or max(map(len, documents), default=0)
        numbers = np.full((len(documents), length), 0 if self.output_mode == "int" else LEFT_OUT, "int32")
        for row, document in zip(numbers, documents, strict=True):
            row[: len(document)] = document[:length]
        made = jnp.asarray(numbers) if self.output_mode == "int" else self._vectors(numbers)
        return made[0] if not np.ndim(np.asarray(inputs, object)) else made

    def spec_of(self, inputs: KerasTensor) -> Spec:
        if self.output_mode == "int":
            return Spec((*inputs.shape[:1], self.output_sequence_length), "int32")
        return Spec((*inputs.shape[:1], self.depth), self.compute_dtype)


__all__ = ["TextVectorization"]
