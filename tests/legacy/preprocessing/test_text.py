import pytest

from dovetail.legacy.preprocessing.text import KERAS1, Tokenizer, hashing_trick, one_hot


def test_spellings_of_both_releases():
    with pytest.warns(UserWarning, match="num_words"):
        assert Tokenizer(nb_words=3).num_words == 3
    old = KERAS1["Tokenizer"](nb_words=3, char_level=True)
    assert (old.nb_words, old.num_words) == (3, 3)
    old.fit_on_texts(["Aab"])
    assert set(old.word_index) == {"A", "a", "b"}
    assert set(KERAS1["base_filter"]()) >= set("!?\t\n")
    with pytest.raises(TypeError, match="'words'"):
        Tokenizer(words=3)


def test_hashes_are_numbers_of_words():
    assert hashing_trick("a b a", 5, hash_function=len) == [2, 2, 2]
    assert one_hot("a b a", 50)[0] == one_hot("a b a", 50)[2]
