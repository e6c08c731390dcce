from dovetail.legacy.preprocessing.sequence import TimeseriesGenerator, _remove_long_seq, pad_sequences


def test_sequences_shorter_than_the_limit_stay():
    assert _remove_long_seq(3, [[1, 2], [1, 2, 3], []], ["a", "b", "c"]) == ([[1, 2], []], ["a", "c"])


def test_padding_wraps_what_does_not_fit():
    assert pad_sequences([[300, -1]], dtype="uint8").tolist() == [[44, 255]]


def test_a_generator_is_gone_through_again():
    windows = TimeseriesGenerator(list(range(8)), list(range(8)), 2, batch_size=4)
    assert [len(x) for x, _ in windows] == [4, 2] == [len(x) for x, _ in windows]
