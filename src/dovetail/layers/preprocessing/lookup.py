"""Vocabularies: words or integers as numbers of their places, counted from data or given."""

import math
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ...engine.context import constants_changed, current, structure_changed
from ...engine.errors import StateError
from ...engine.layer import Layer
from ...engine.registry import code_is_allowed
from ...engine.tensor import KerasTensor, Spec, any_symbolic
from ...engine.texts import texts
from ..arguments import describe, one_of, positive_int
from .categories import MODES, encoded, refuse_sparse

OLD_MODES = {"binary": "multi_hot", "tf-idf": "tf_idf"}
LEFT_OUT = -1  # the number of what counts nowhere: a masked term where vectors are made
WHOLE = np.iinfo(np.int32)
UNKNOWN = -2  # of a term that is not in the vocabulary, until it gets its place


class TextLayer(Layer):
    """What layers on texts share: they run on the host, before the program of the model that they are part of."""

    def __init__(self, **kwargs: Any):
        super().__init__(**kwargs)
        self.autocast = False
        self.built = True

    def __call__(self, inputs, *args, **kwargs):
        if any_symbolic(inputs):
            return super().__call__(inputs, *args, **kwargs)
        return self.call(inputs)

    def run(self, args: tuple, kwargs: dict, masks: Any = None) -> tuple[Any, list]:
        return self.call(*args), [None]

    def _traced_specs(self, args: tuple, kwargs: dict) -> tuple[Any, list | None]:
        (inputs,) = (*args, *kwargs.values())[:1]
        return self.spec_of(inputs), None

    def spec_of(self, inputs: KerasTensor) -> Spec:
        """Shape and dtype of the output for such an input."""
        raise NotImplementedError(f"{type(self).__name__} needs a `spec_of(inputs)`")

    def compute_output_shape(self, input_shape):
        return self.spec_of(KerasTensor(input_shape, "string")).shape


class Vocabulary:
    """What layers with a vocabulary share. The order of numbers: masked (in mode "int"), unknown, the terms.

    Args:
        max_tokens: the most numbers, special ones included.
        num_oov_indices: how many numbers terms outside the vocabulary share; with none they are an error.
        mask_token: the term that stands for nothing: 0 in mode "int", else left out.
        oov_token: what stands for a term outside the vocabulary, in `get_vocabulary` and when inverted.
        vocabulary: the terms, or the name of a file with one on each line; None until `adapt` finds them.
        idf_weights: one for each term, in mode "tf_idf" with a given vocabulary.
        invert: from numbers to terms.
        output_mode: "int"; "one_hot", a vector for each term; "multi_hot", "count" or "tf_idf", one for the last axis.
        sparse: Keras's; not supported.
        pad_to_max_tokens: vectors of the size `max_tokens`, even where there are fewer terms.
        salt: changes which unknown terms share a number.
    """

    def _set_up(self, vocabulary: Any, idf_weights: Any) -> None:
        self.output_mode = one_of("output_mode", OLD_MODES.get(self.output_mode, self.output_mode), (
            "int", *MODES, "tf_idf"))  # fmt: skip
        refuse_sparse(self, self.sparse)  # type: ignore[arg-type]
        if self.max_tokens is not None and positive_int("max_tokens", self.max_tokens) == 1:
            raise ValueError(f"{describe(self)}: `max_tokens` is at least 2, or None")
        if self.pad_to_max_tokens and self.max_tokens is None:
            raise ValueError(f"{describe(self)}: `pad_to_max_tokens` needs `max_tokens`")
        if self.invert and self.output_mode != "int":
            raise ValueError(f"{describe(self)}: inverted, the `output_mode` is 'int', not {self.output_mode!r}")
        if idf_weights is not None and self.output_mode != "tf_idf":
            raise ValueError(f"{describe(self)}: `idf_weights` go with output_mode='tf_idf' only")
        self._terms: list[Any] = []
        self._idf: np.ndarray | None = None
        self.is_given = vocabulary is not None
        self.vocabulary = vocabulary if not isinstance(vocabulary, str) else None
        self.idf_weights = idf_weights
        self.reset_state()
        if vocabulary is not None:
            self.set_vocabulary(vocabulary, idf_weights)

    def _term(self, value: Any) -> Any:
        """A term as it is kept."""
        raise NotImplementedError

    # -- the order of numbers

    @property
    def _specials(self) -> list[Any]:
        masked = [self.mask_token] if self.mask_token is not None and self.output_mode == "int" else []
        return masked + [self.oov_token] * self.num_oov_indices

    def get_vocabulary(self, include_special_tokens: bool = True) -> list[Any]:
        """The terms in the order of their numbers."""
        return self._specials + self._terms if include_special_tokens else list(self._terms)

    def vocabulary_size(self) -> int:
        """How many numbers there are, special ones included."""
        return len(self._specials) + len(self._terms)

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Take these terms in place of those from before.

        Args:
            vocabulary: terms, with or without the special ones in front; or the name of a file, a term on each line.
            idf_weights: one for each term, in mode "tf_idf".

        Raises:
            ValueError: a term comes twice, a special one is among them, or there are too many.
        """
        if (idf_weights is not None) != (self.output_mode == "tf_idf"):
            raise ValueError(f"{describe(self)}: `idf_weights` are given in output_mode='tf_idf', and only there")
        if isinstance(vocabulary, str):
            vocabulary = Path(vocabulary).read_text(encoding="utf-8").splitlines()
        terms = [self._term(value) for value in np.asarray(vocabulary).reshape(-1).tolist()]
        specials = self._specials
        has_specials = bool(specials) and terms[: len(specials)] == specials
        terms = terms[len(specials) :] if has_specials else terms
        twice = [term for term, count in Counter(terms).items() if count > 1]
        if twice:
            raise ValueError(f"{describe(self)}: the vocabulary has {twice[0]!r} more than once")
        inside = [term for term in (self.mask_token, self.oov_token) if term is not None and term in terms]
        if inside:
            raise ValueError(f"{describe(self)}: {inside[0]!r} stands for what is no term; leave it out of the "
                             f"vocabulary, or put {specials} in front")  # fmt: skip
        if self.max_tokens is not None and len(terms) + len(specials) > self.max_tokens:
            raise ValueError(f"{describe(self)}: {len(terms)} terms and {len(specials)} special ones are more than "
                             f"max_tokens={self.max_tokens}")  # fmt: skip
        weights = None
        if idf_weights is not None:
            weights = np.asarray(idf_weights, "float32").reshape(-1)
            if len(weights) == len(terms):
                weights = np.concatenate([np.full(len(specials), weights.mean()), weights])
            if len(weights) != len(terms) + len(specials):
                raise ValueError(f"{describe(self)}: {len(terms)} terms need as many `idf_weights`, not {len(weights)}")
        self._take(terms, weights)

    def _take(self, terms: list[Any], weights: np.ndarray | None) -> None:
        self._terms, self._idf = terms, weights
        start = len(self._specials)
        self._numbers = {term: start + place for place, term in enumerate(terms)}
        if self.mask_token is not None:
            self._numbers[self.mask_token] = 0 if self.output_mode == "int" else LEFT_OUT
        constants_changed()
        structure_changed()

    # -- terms from data

    def adapt(self, data: Any, steps: int | None = None) -> None:
        """Take the terms of data, the most frequent first, in place of those from before.

        Args:
            data: an array or a list, or batches of them: a `tf.data.Dataset`, a generator.
            steps: batches to use; all when None.
        """
        if self.is_given:
            raise StateError(f"{describe(self)} was given its vocabulary; make one without it to adapt it")
        self.reset_state()
        for batch in _batches(data, steps):
            self.update_state(batch)
        self.finalize_state()

    def update_state(self, data: Any) -> None:
        """Count the terms of a batch: each row of its last axis is a document."""
        array = self._array(data)
        self._count(array.reshape(-1, array.shape[-1] if array.ndim > 1 else max(array.size, 1)).tolist())

    def _count(self, documents: Any) -> None:
        for document in documents:
            self._counts.update(document)
            self._documents += 1
            if self.output_mode == "tf_idf":
                self._in_documents.update(set(document))

    def finalize_state(self) -> None:
        """Make the vocabulary of what was counted."""
        for special in (self.mask_token, self.oov_token):
            self._counts.pop(special, None)
        if not self._counts:
            return
        order = sorted(self._counts, key=lambda term: (self._counts[term], _sortable(term)), reverse=True)
        start = len(self._specials)
        terms = order if self.max_tokens is None else order[: self.max_tokens - start]
        weights = None
        if self.output_mode == "tf_idf":
            weights = np.array([math.log1p(self._documents / (1 + self._in_documents[term])) for term in terms])
            weights = np.concatenate([np.full(start, weights.mean()), weights]).astype("float32")
        self._take(terms, weights)
        self.reset_state()

    def reset_state(self) -> None:
        """Forget what was counted."""
        self._counts: Counter = Counter()
        self._in_documents: Counter = Counter()
        self._documents = 0

    # -- numbers

    @property
    def depth(self) -> int:
        """The size of vectors."""
        return self.max_tokens if self.pad_to_max_tokens else self.vocabulary_size()

    def _array(self, x: Any) -> np.ndarray:
        """Terms, one or many, as an array."""
        raise NotImplementedError

    def _check_adapted(self) -> None:
        if not self._terms:
            raise StateError(f"{describe(self)} has no vocabulary yet: call `adapt` on data, or give `vocabulary`")

    def _placed(self, terms: Any) -> list[int]:
        """The numbers of terms."""
        numbers = self._numbers
        first = 1 if self.mask_token is not None and self.output_mode == "int" else 0
        if self.num_oov_indices == 1:
            return [numbers.get(term, first) for term in terms]
        found = [numbers.get(term, UNKNOWN) for term in terms]
        if UNKNOWN in found and not self.num_oov_indices:
            outside = terms[found.index(UNKNOWN)]
            raise ValueError(f"{describe(self)} does not know {outside!r}, and has num_oov_indices=0; with 1 there is "
                             "a number for what it does not know")  # fmt: skip
        return [
            first + self._bucket(term) if number == UNKNOWN else number
            for term, number in zip(terms, found, strict=True)
        ]

    def _bucket(self, term: Any) -> int:
        return zlib.crc32(f"{self.salt or ''}{term}".encode()) % self.num_oov_indices

    def _vectors(self, numbers: Any) -> Any:
        mode = "count" if self.output_mode == "tf_idf" else self.output_mode
        made = encoded(numbers, self.depth, mode, self.compute_dtype)
        if self.output_mode != "tf_idf":
            return made
        return made * jnp.asarray(np.pad(self._idf, (0, self.depth - len(self._idf))), made.dtype)  # type: ignore[arg-type]

    def spec_of(self, inputs: KerasTensor) -> Spec:
        if self.output_mode == "int":
            return Spec(inputs.shape, self._number_dtype)
        shape = inputs.shape or (1,)
        if self.output_mode == "one_hot" and (len(shape) == 1 or shape[-1] != 1):
            return Spec((*shape, self.depth), self.compute_dtype)
        return Spec((*shape[:-1], self.depth), self.compute_dtype)

    _number_dtype = "int32"

    # -- files

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()  # type: ignore[misc]
        if self._terms:
            config["vocabulary"] = list(self._terms)
            if self._idf is not None:
                config["idf_weights"] = self._idf[len(self._specials) :].tolist()
        config["has_input_vocabulary"] = self.is_given
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Any:
        config = dict(config)
        is_given = config.pop("has_input_vocabulary", None)
        config.pop("vocabulary_size", None)
        file = config.get("vocabulary")
        if isinstance(file, str) and not code_is_allowed():
            raise ValueError(f"the configuration of a {cls.__name__} names a file of terms, {file!r}; reading it needs "
                             "safe_mode=False")  # fmt: skip
        layer = super().from_config(config, custom_objects)  # type: ignore[misc]
        layer.is_given = layer.is_given if is_given is None else is_given
        return layer

    def load_assets(self, folder: Any) -> None:
        """Read the terms that Keras keeps in a file of the archive."""
        file = Path(folder) / "vocabulary.txt"
        if file.exists() and not self._terms:
            self.set_vocabulary([self._term(line) for line in file.read_text(encoding="utf-8").split("\n")])


def _sortable(term: Any) -> Any:
    return term.encode() if isinstance(term, str) else term


def _batches(data: Any, steps: int | None) -> Iterator[Any]:
    """The data in parts; a list or an array is one, each of its entries a document."""
    if isinstance(data, (list, tuple, str, bytes)) or hasattr(data, "shape"):
        array = data.to_numpy() if hasattr(data, "to_numpy") else np.asarray(data)
        yield array[:, None] if array.ndim == 1 else array
        return
    for number, batch in enumerate(data):
        if number == steps:
            return
        yield batch


class StringLookup(Vocabulary, TextLayer):
    """Words as numbers.

    Args:
        max_tokens, num_oov_indices, mask_token, oov_token, vocabulary, idf_weights, invert, output_mode,
            pad_to_max_tokens, sparse, salt: as of `Vocabulary`.
        encoding: "utf-8".

    Shapes:
        inputs: (...) texts; numbers when inverted
        output: the same with "int"; (..., depth) with "one_hot" (an axis of size 1 at the end goes first); else the
            last axis replaced by the depth

    Example:
        >>> StringLookup(vocabulary=["a", "b"])([["b", "z"]])
        Array([[2, 0]], dtype=int32)
    """

    def __init__(
        self, max_tokens: int | None = None, num_oov_indices: int = 1, mask_token: str | None = None,
        oov_token: str | None = "[UNK]", vocabulary: Any = None, idf_weights: Any = None, invert: bool = False,
        output_mode: str = "int", pad_to_max_tokens: bool = False, sparse: bool = False, encoding: str = "utf-8",
        name: str | None = None, salt: Any = None, **kwargs: Any,
    ):  # fmt: skip
        kwargs.pop("dtype", None)
        super().__init__(name=name, **kwargs)
        self.max_tokens, self.num_oov_indices, self.pad_to_max_tokens = max_tokens, num_oov_indices, pad_to_max_tokens
        self.mask_token, self.oov_token, self.salt = mask_token, oov_token, salt
        self.invert, self.output_mode, self.sparse, self.encoding = invert, output_mode, sparse, encoding
        self._set_up(vocabulary, idf_weights)

    def _term(self, value):
        return value.decode("utf-8") if isinstance(value, bytes) else str(value)

    def _array(self, x):
        return texts(x)

    def call(self, inputs):
        self._check_adapted()
        if self.invert:
            words = np.array([*self.get_vocabulary(), self.oov_token], object)
            numbers = np.asarray(inputs)
            return words[np.where((numbers >= 0) & (numbers < len(words)), numbers, -1)]
        terms = texts(inputs)
        numbers = jnp.asarray(np.array(self._placed(terms.reshape(-1)), "int32").reshape(terms.shape))
        return numbers if self.output_mode == "int" else self._vectors(numbers)

    @property
    def _number_dtype(self):  # type: ignore[override]
        return "string" if self.invert else "int32"


class IntegerLookup(Vocabulary, Layer):
    """Integers from anywhere as numbers from 0 on.

    Args:
        max_tokens, num_oov_indices, mask_token, oov_token, vocabulary, idf_weights, invert, output_mode, sparse,
            pad_to_max_tokens, salt: as of `Vocabulary`; terms are integers of 32 bits.
        vocabulary_dtype: "int64" or "int32".
        oov_method: "floormod": unknown terms share numbers by their remainder.

    Shapes:
        inputs: (...) integers
        output: as of `StringLookup`

    Example:
        >>> IntegerLookup(vocabulary=[12, 36, 7])(jnp.array([[36, 5]]))
        Array([[2, 0]], dtype=int32)
    """

    def __init__(
        self, max_tokens: int | None = None, num_oov_indices: int = 1, mask_token: int | None = None,
        oov_token: int | None = -1, vocabulary: Any = None, vocabulary_dtype: str = "int64", idf_weights: Any = None,
        invert: bool = False, output_mode: str = "int", sparse: bool = False, pad_to_max_tokens: bool = False,
        oov_method: str = "floormod", salt: Any = None, name: str | None = None, **kwargs: Any,
    ):  # fmt: skip
        kwargs.pop("dtype", None)
        super().__init__(name=name, **kwargs)
        self.autocast = False
        self.max_tokens, self.num_oov_indices, self.pad_to_max_tokens = max_tokens, num_oov_indices, pad_to_max_tokens
        self.mask_token, self.oov_token, self.salt = mask_token, oov_token, salt
        self.invert, self.output_mode, self.sparse = invert, output_mode, sparse
        self.vocabulary_dtype = one_of("vocabulary_dtype", vocabulary_dtype, ("int64", "int32"))
        self.oov_method = one_of("oov_method", oov_method, ("floormod",))
        self._set_up(vocabulary, idf_weights)

    def _term(self, value):
        term = int(value)
        if not WHOLE.min <= term <= WHOLE.max:
            raise ValueError(f"{describe(self)}: {term} is beyond 32 bits, which is as far as integers go here; as "
                             "texts, StringLookup takes it")  # fmt: skip
        return term

    def _array(self, x):
        return np.asarray(x)

    def _bucket(self, term):
        return int(term) % self.num_oov_indices

    def call(self, inputs):
        if current().open_size is None:
            self._check_adapted()
        x = jnp.asarray(inputs).astype(jnp.int32)
        if self.invert:
            terms = jnp.asarray([*self.get_vocabulary(), self.oov_token], jnp.int32)
            return terms[jnp.where((x >= 0) & (x < len(terms)), x, -1)]
        numbers = self._found(x)
        return numbers if self.output_mode == "int" else self._vectors(numbers)

    def _found(self, x: Any) -> Any:
        """The numbers of terms: where they are among the known ones in rising order."""
        first = 1 if self.mask_token is not None and self.output_mode == "int" else 0
        outside = first + x % max(self.num_oov_indices, 1)
        if not self._terms:
            return outside
        terms, numbers = (np.array(column, "int32") for column in zip(*sorted(self._numbers.items()), strict=True))
        place = jnp.minimum(jnp.searchsorted(terms, x), len(terms) - 1)
        is_known = jnp.asarray(terms)[place] == x
        if not self.num_oov_indices and not isinstance(x, jax.core.Tracer) and not bool(is_known.all()):
            self._placed(np.asarray(x).reshape(-1).tolist())  # says which
        return jnp.where(is_known, jnp.asarray(numbers)[place], outside)
