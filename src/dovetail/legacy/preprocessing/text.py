"""`keras.preprocessing.text`: texts as numbers of words."""

import hashlib
import json
import warnings
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

__all__ = ["Tokenizer", "hashing_trick", "one_hot", "text_to_word_sequence", "tokenizer_from_json"]
FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'


def base_filter() -> str:
    """The characters that are taken for spaces (Keras 1)."""
    return FILTERS


def text_to_word_sequence(text: str, filters: Any = FILTERS, lower: bool = True, split: str = " ") -> list[str]:
    """The words of a text.

    Args:
        filters: characters that separate words, too.
        lower: in lower case.
        split: what separates words.

    Example:
        >>> text_to_word_sequence("Hello, World!")
        ['hello', 'world']
    """
    text = text.lower() if lower else text
    text = text.translate(str.maketrans(dict.fromkeys(filters, split)))
    return [word for word in text.split(split) if word]


def one_hot(text: str, n: int, filters: Any = FILTERS, lower: bool = True, split: str = " ") -> list[int]:
    """As `hashing_trick` with Python's own `hash`, which gives other numbers in every process."""
    return hashing_trick(text, n, hash, filters, lower, split)


def hashing_trick(
    text: str,
    n: int,
    hash_function: Any = None,
    filters: Any = FILTERS,
    lower: bool = True,
    split: str = " ",
) -> list[int]:
    """The words of a text as numbers from 1 to `n - 1`, without a vocabulary; different words may share one.

    Args:
        hash_function: from a word to an integer; "md5", the same in every process; None is Python's `hash`.
    """
    number = {None: hash, "md5": _md5}[hash_function] if not callable(hash_function) else hash_function
    return [number(word) % (n - 1) + 1 for word in text_to_word_sequence(text, filters, lower, split)]


def _md5(word: str) -> int:
    return int(hashlib.md5(word.encode(), usedforsecurity=False).hexdigest(), 16)


class Tokenizer:
    """Numbers the words of texts by how often they occur: 1 is the most frequent; 0 is never given.

    Args:
        num_words: only numbers below this are used; None uses all.
        filters: characters that separate words, too.
        lower: in lower case.
        split: what separates words.
        char_level: every character is a word.
        oov_token: stands for words that are not known, as number 1; None leaves them out.
        document_count: of texts seen before.

    Attributes:
        word_counts: how often each word came.
        word_docs: in how many texts each word came.
        word_index, index_word: number of each word, and the inverse.
        index_docs: in how many texts each number came.
        document_count: of texts.

    Example:
        >>> words = Tokenizer()
        >>> words.fit_on_texts(["a cat", "a dog"])
        >>> words.texts_to_sequences(["a dog and a cat"])
        [[1, 3, 1, 2]]
    """

    def __init__(
        self,
        num_words: int | None = None,
        filters: Any = FILTERS,
        lower: bool = True,
        split: str = " ",
        char_level: bool = False,
        oov_token: str | None = None,
        document_count: int = 0,
        **kwargs: Any,
    ):
        if "nb_words" in kwargs:
            warnings.warn("Tokenizer: `nb_words` is called `num_words` since Keras 2", stacklevel=2)
            num_words = kwargs.pop("nb_words")
        if kwargs:
            raise TypeError(f"Tokenizer has no argument {next(iter(kwargs))!r}")
        self.num_words, self.filters, self.lower, self.split = num_words, filters, lower, split
        self.char_level, self.oov_token, self.document_count = char_level, oov_token, document_count
        self.word_counts: OrderedDict[str, int] = OrderedDict()
        self.word_docs: dict[str, int] = defaultdict(int)
        self.index_docs: dict[int, int] = defaultdict(int)
        self.word_index: dict[str, int] = {}
        self.index_word: dict[int, str] = {}

    def fit_on_texts(self, texts: Iterable[Any]) -> None:
        """Learn the vocabulary of more texts; each is a string, or a list of words."""
        for text in texts:
            self.document_count += 1
            words = self._words(text)
            for word in words:
                self.word_counts[word] = self.word_counts.get(word, 0) + 1
            for word in set(words):
                self.word_docs[word] += 1
        ranked = sorted(self.word_counts, key=lambda word: -self.word_counts[word])  # equals stay in order
        first = [] if self.oov_token is None else [self.oov_token]
        self.word_index = {word: index for index, word in enumerate(first + ranked, 1)}
        self.index_word = {index: word for word, index in self.word_index.items()}
        self.index_docs.update({self.word_index[word]: count for word, count in self.word_docs.items()})

    def fit_on_sequences(self, sequences: Any) -> None:
        """Learn in how many sequences each number comes, for tf-idf without texts."""
        self.document_count += len(sequences)
        for sequence in sequences:
            for index in set(sequence):
                self.index_docs[index] += 1

    def texts_to_sequences(self, texts: Iterable[Any]) -> list[list[int]]:
        """Each text as the numbers of its words."""
        return list(self.texts_to_sequences_generator(texts))

    def texts_to_sequences_generator(self, texts: Iterable[Any]) -> Iterator[list[int]]:
        """As `texts_to_sequences`, one at a time."""
        for text in texts:
            indices = (self.word_index.get(word) for word in self._words(text))
            yield list(self._known(indices, lambda index: index))

    def sequences_to_texts(self, sequences: Iterable[Iterable[int]]) -> list[str]:
        """Each sequence of numbers as words with spaces between them."""
        return list(self.sequences_to_texts_generator(sequences))

    def sequences_to_texts_generator(self, sequences: Iterable[Iterable[int]]) -> Iterator[str]:
        """As `sequences_to_texts`, one at a time."""
        for sequence in sequences:
            indices = (index if index in self.index_word else None for index in sequence)
            yield " ".join(self._known(indices, self.index_word.__getitem__))

    def texts_to_matrix(self, texts: Iterable[Any], mode: str = "binary") -> np.ndarray:
        """One row for each text, see `sequences_to_matrix`."""
        return self.sequences_to_matrix(self.texts_to_sequences(texts), mode)

    def sequences_to_matrix(self, sequences: Any, mode: str = "binary") -> np.ndarray:
        """One row for each sequence, one column for each number.

        Args:
            mode: "binary" 1 for what comes, "count" how often, "freq" its share of the sequence, "tfidf"
                (1 + log(count)) * log(1 + documents / (1 + documents with it)).

        Shapes:
            output: (sequences, num_words)

        Raises:
            ValueError: the mode is another, or nothing was fitted.
        """
        width = self.num_words or (len(self.word_index) + 1 if self.word_index else None)
        if width is None:
            raise ValueError("Specify a dimension (`num_words` argument), or fit on some text data first.")
        if mode == "tfidf" and not self.document_count:
            raise ValueError("Fit the Tokenizer on some data before using tfidf mode.")
        matrix = np.zeros((len(sequences), width))
        for row, sequence in zip(matrix, sequences, strict=True):
            for index, count in Counter(sequence).items():
                if index < width:
                    row[index] = self._value(mode, index, count, len(sequence))
        return matrix

    def _value(self, mode: str, index: int, count: int, length: int) -> float:
        if mode == "tfidf":
            inverse = np.log(1 + self.document_count / (1 + self.index_docs.get(index, 0)))
            return (1 + np.log(count)) * inverse
        values = {"binary": 1.0, "count": count, "freq": count / length}
        if mode not in values:
            raise ValueError(f"Unknown vectorization mode: {mode!r}. Known: binary, count, freq, tfidf")
        return values[mode]

    def get_config(self) -> dict[str, Any]:
        """The arguments and what was learned, dictionaries as JSON text."""
        names = ("num_words", "filters", "lower", "split", "char_level", "oov_token", "document_count")
        learned = ("word_counts", "word_docs", "index_docs", "index_word", "word_index")
        arguments = {name: getattr(self, name) for name in names}
        return arguments | {name: json.dumps(getattr(self, name)) for name in learned}

    def to_json(self, **kwargs: Any) -> str:
        """`get_config` as text, which `tokenizer_from_json` reads; `kwargs` go to `json.dumps`."""
        return json.dumps({"class_name": "Tokenizer", "config": self.get_config()}, **kwargs)

    # -- words

    def _words(self, text: Any) -> Any:
        if isinstance(text, (list, tuple)):
            return [word.lower() for word in text] if self.lower else text
        if self.char_level:
            return text.lower() if self._lowers_characters() else text
        return text_to_word_sequence(text, self.filters, self.lower, self.split)

    def _lowers_characters(self) -> bool:
        return self.lower

    def _known(self, indices: Iterable[int | None], meaning: Callable[[int], Any]) -> Iterator[Any]:
        """What numbers mean: those that are used as they are, others as `oov_token` where there is one."""
        unknown = self.word_index.get(self.oov_token) if self.oov_token is not None else None
        for index in indices:
            if index is None or (self.num_words and index >= self.num_words):
                index = unknown
            if index is not None:
                yield meaning(index)


def tokenizer_from_json(json_string: str) -> Tokenizer:
    """The tokenizer that `to_json` described."""
    config = json.loads(json_string)["config"]
    learned = {name: json.loads(config.pop(name)) for name in ("word_counts", "word_docs", "word_index")}
    by_number = {name: json.loads(config.pop(name)) for name in ("index_docs", "index_word")}
    tokenizer = Tokenizer(**config)
    tokenizer.word_counts = OrderedDict(learned["word_counts"])
    tokenizer.word_docs = defaultdict(int, learned["word_docs"])
    tokenizer.word_index = learned["word_index"]
    tokenizer.index_docs = defaultdict(int, {int(index): count for index, count in by_number["index_docs"].items()})
    tokenizer.index_word = {int(index): word for index, word in by_number["index_word"].items()}
    return tokenizer


class TokenizerKeras1(Tokenizer):
    """`Tokenizer` of Keras 1: `nb_words`, and characters keep their case."""

    def __init__(
        self,
        nb_words: int | None = None,
        filters: Any = FILTERS,
        lower: bool = True,
        split: str = " ",
        char_level: bool = False,
        **kwargs: Any,
    ):
        super().__init__(kwargs.pop("num_words", nb_words), filters, lower, split, char_level, **kwargs)

    @property
    def nb_words(self) -> int | None:
        return self.num_words

    @nb_words.setter
    def nb_words(self, value: int | None) -> None:
        self.num_words = value

    def _lowers_characters(self) -> bool:
        return False


TokenizerKeras1.__name__ = "Tokenizer"
KERAS1 = {"Tokenizer": TokenizerKeras1, "base_filter": base_filter}
