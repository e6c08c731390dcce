"""What old scripts expect of the packages around Keras."""

import numpy as np
import pytest

from dovetail.legacy.surroundings import as_they_were


def test_splitters_of_scikit_learn_are_lists_of_splits():
    pytest.importorskip("sklearn")
    with as_they_were():
        from sklearn.cross_validation import KFold, StratifiedKFold
        from sklearn.grid_search import GridSearchCV
        from sklearn.linear_model import Ridge

        labels = np.array([0, 1] * 6)
        folds = StratifiedKFold(y=labels, n_folds=3, shuffle=True, random_state=7)
        assert len(folds) == 3 and all(labels[test].sum() == 2 for _, test in folds)
        assert [len(test) for _, test in KFold(10, n_folds=5, random_state=1)] == [2] * 5
        x = np.arange(24.0).reshape(12, 2)
        found = GridSearchCV(Ridge(), {"alpha": [0.1, 1.0]}, cv=folds).fit(x, labels)
        assert [set(parameters) for parameters, mean, scores in found.grid_scores_] == [{"alpha"}] * 2


def test_preprocessing_of_scikit_learn():
    pytest.importorskip("sklearn")
    from sklearn import preprocessing

    own = preprocessing.OneHotEncoder
    with as_they_were():
        from sklearn.preprocessing import Imputer, OneHotEncoder

        hot = OneHotEncoder(categorical_features=[1]).fit_transform(np.array([[5.0, 0], [6, 2], [7, 0]])).toarray()
        np.testing.assert_allclose(hot, [[1, 0, 5], [0, 1, 6], [1, 0, 7]])
        filled = Imputer(missing_values="NaN", strategy="mean", axis=0).fit_transform([[1.0], [np.nan], [3.0]])
        np.testing.assert_allclose(filled[:, 0], [1, 2, 3])
    assert preprocessing.OneHotEncoder is own and not hasattr(preprocessing, "Imputer")


def test_data_frames():
    pandas = pytest.importorskip("pandas")
    with as_they_were():
        frame = pandas.DataFrame({"a": [1.0, 2, 3], "b": [4.0, 5, 6], "label": [0, 1, 0]})
        np.testing.assert_allclose(frame.as_matrix(columns=["b"])[:, 0], [4, 5, 6])
        np.testing.assert_allclose(frame.ix[:, 0:2].values, [[1, 4], [2, 5], [3, 6]])
        assert list(frame.ix[:, "label"]) == [0, 1, 0] and frame.ix[1, "a"] == 2 and frame.ix[1, 1] == 5
        assert len(frame.append(frame, ignore_index=True)) == 6 and frame.sort("a", ascending=False).a.iloc[0] == 3
    assert not hasattr(pandas.DataFrame, "ix")


def test_arrays_of_lists_of_other_lengths():
    with as_they_were():
        ragged = np.array([[1, 2], [3]])
        assert ragged.dtype == object and ragged.shape == (2,) and ragged[1] == [3]
        assert np.array([[1, 2], [3, 4]]).shape == (2, 2)
    with pytest.raises(ValueError, match="inhomogeneous"):
        np.array([[1, 2], [3]])


def test_columns_of_texts_are_objects():
    pandas = pytest.importorskip("pandas")
    before = pandas.DataFrame({"a": ["x"]})["a"].dtype
    with as_they_were():
        frame = pandas.DataFrame({"a": ["x", "y"], "b": [1, 2]})
        assert frame["a"].dtype == "object" and list(frame.select_dtypes("object")) == ["a"]
        assert pandas.get_dummies(frame).to_numpy().dtype.kind in "iu"
    assert pandas.DataFrame({"a": ["x"]})["a"].dtype == before
