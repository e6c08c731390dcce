"""Arguments that the data sets of texts share."""

from typing import Any

from ..engine.errors import did_you_mean


def words_asked_for(
    name: str, num_words: int | None, kwargs: dict[str, Any], others: tuple[str, ...] = ()
) -> int | None:
    """`num_words`, by its old name `nb_words` as well; `others` are further old keywords of the data set.

    Raises:
        TypeError: there are other keywords.
    """
    wrong = next((keyword for keyword in kwargs if keyword not in ("nb_words", *others)), None)
    if wrong is not None:
        known = ("num_words", "skip_top", "maxlen", "seed", "start_char", "oov_char", "index_from", *others)
        raise TypeError(f"{name}.load_data has no argument {wrong!r}{did_you_mean(wrong, known)}")
    return kwargs.get("nb_words", num_words)
