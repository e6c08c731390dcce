"""Padding, labels and words against recorded runs of every release."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from dovetail import utils
from dovetail.legacy.preprocessing import sequence, text
from dovetail.legacy.utils import np_utils

from .exceptions import works_here
from .recorded import cases_in

DATA = Path(__file__).parent / "data"


def recorded(release):
    return json.loads((DATA / release / "pad_sequences.json").read_text())


def check_value(found, case):
    if "dtype" not in case:
        assert json.loads(json.dumps(found)) == case["value"]
        return
    assert found.dtype.name.replace("str32", "<U1") == case["dtype"]
    assert list(found.shape) == case["shape"]
    if found.dtype.kind in "fiub":
        assert_allclose(found, np.array(case["value"], found.dtype).reshape(found.shape))
    else:
        assert found.tolist() == case["value"]


def evaluated(case, names):
    return eval(case["expr"], {"np": np, "list": list, "len": len, "all": all} | names)


OLD = ["1.2.2", "2.2.4", "2.2.4-tf", "2.3.1", "2.15.0", "3.15.1"]
CASES = [f"{release}/pad_sequences/{case}" for release in OLD for case in cases_in(release, "pad_sequences")]


def dialect(release):
    """Modules and Tokenizer arguments of a release."""
    first = release.startswith("1.")

    def names(module):
        return SimpleNamespace(**vars(module) | (module.KERAS1 if first else {}))

    return SimpleNamespace(seq=names(sequence), txt=names(text), utils=names(np_utils))


def counted_words(keras):
    words = keras.txt.Tokenizer()
    words.fit_on_texts([["a", "B", "a"], ["c"]])
    return [words.word_index, words.texts_to_sequences([["a", "c"]])]


def weighed_numbers(keras):
    numbers = keras.txt.Tokenizer(5)
    numbers.fit_on_sequences([[1, 2], [2, 3]])
    return numbers.sequences_to_matrix([[1, 2, 2]], "tfidf")


CALLS = {  # that the records name only
    "tokenizer_list_of_tokens_input": counted_words,
    "tokenizer_fit_on_sequences_then_tfidf": weighed_numbers,
    "tokenizer_unfitted_matrix": lambda keras: keras.txt.Tokenizer().texts_to_matrix(["a"]),
    "tokenizer_sequences_to_matrix_no_words": lambda keras: keras.txt.Tokenizer().sequences_to_matrix([[1]]),
}


@pytest.mark.parametrize("release", OLD)
def test_padding(release):
    pad_sequences = utils.pad_sequences if release == "3.15.1" else dialect(release).seq.pad_sequences
    for number, case in enumerate(recorded(release)["pad_sequences"]):
        if works_here(f"{release}/pad_sequences/pad_sequences/{number}"):
            assert pad_sequences(case["sequences"], **case["args"]).tolist()[1][1] == "c"
        elif "error" in case:
            with pytest.raises((ValueError, TypeError, OverflowError)):
                pad_sequences(case["sequences"], **case["args"])
        else:
            check_value(pad_sequences(case["sequences"], **case["args"]), case)


@pytest.mark.parametrize("release", OLD)
def test_calls(release):
    keras = dialect(release)
    if release == "3.15.1":
        keras.utils = utils
    for name, case in recorded(release)["calls"].items():

        def value(name=name, case=case):
            return CALLS[name](keras) if name in CALLS else evaluated(case, vars(keras))

        if works_here(f"{release}/pad_sequences/calls/{name}"):
            assert value() is not None
        elif "error" in case:
            with pytest.raises((ValueError, TypeError, IndexError)):
                value()
        else:
            check_value(value(), case)


def test_columns_are_normalized_too():
    """Which every release mixed up with rows."""
    found = evaluated(recorded("3.15.1")["calls"]["normalize_ax0_l1"], {"utils": utils})
    assert_allclose(found, [[0.75, 0.8], [0, 0], [0.25, -0.2]])


@pytest.mark.parametrize("release", OLD)
def test_tokenizers(release):
    txt, record = dialect(release).txt, recorded(release)
    for name, case in record["tokenizer"].items():
        tokenizer = txt.Tokenizer(**case["args"])
        if "error" in case:
            assert works_here(f"{release}/pad_sequences/tokenizer/{name}")
            continue
        tokenizer.fit_on_texts(record["tokenizer_texts"])
        check_tokenizer(tokenizer, case, record["tokenizer_probe"])
        if "get_config" in case:
            config = tokenizer.get_config()
            for key, value in case["get_config"].items():
                found = config[key]
                same = (
                    json.loads(found) == json.loads(value)
                    if isinstance(value, str) and value[:1] == "{"
                    else found == value
                )
                assert same, (name, key)
            for again in (tokenizer.to_json(), case["to_json"]):
                check_tokenizer(text.tokenizer_from_json(again), case, record["tokenizer_probe"])


def check_tokenizer(tokenizer, case, probe):
    assert sorted(tokenizer.word_index, key=tokenizer.word_index.get) == case["word_index_order"]
    for learned in ("word_index", "word_counts", "word_docs", "document_count"):
        assert getattr(tokenizer, learned) == case[learned]
    assert {str(index): count for index, count in tokenizer.index_docs.items()} == case["index_docs"]
    assert tokenizer.texts_to_sequences(probe) == case["texts_to_sequences"]
    if "sequences_to_texts" in case:
        assert tokenizer.sequences_to_texts(tokenizer.texts_to_sequences(probe)) == case["sequences_to_texts"]
    for mode, expected in case["matrix"].items():
        if "error" in expected:
            with pytest.raises(ValueError, match="Unknown vectorization mode"):
                tokenizer.texts_to_matrix(probe, mode)
        else:
            check_value(tokenizer.texts_to_matrix(probe, mode), expected)
