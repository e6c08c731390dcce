import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from dovetail import Sequential, layers
from dovetail.legacy.scikit_learn import KERAS1, KerasClassifier, KerasRegressor

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 3))
Y = (X[:, 0] > 0).astype(int)


def classifier(units=4, outputs=1):
    loss = "binary_crossentropy" if outputs == 1 else "categorical_crossentropy"
    model = Sequential([layers.Dense(units, activation="tanh"), layers.Dense(outputs, activation="sigmoid")])
    model.compile("adam", loss, metrics=["accuracy"])
    return model


def regressor():
    model = Sequential([layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def test_labels_of_any_kind_go_through_scikit_learn():
    labels = np.array(["no", "yes"])[Y]
    wrapped = KerasClassifier(build_fn=classifier, epochs=2, batch_size=20, verbose=0)
    assert is_classifier(wrapped) and clone(wrapped).get_params() == wrapped.get_params()
    scaled = make_pipeline(StandardScaler(), wrapped).fit(X, labels)
    assert 0 <= scaled.score(X, labels) <= 1
    assert set(wrapped.predict(X).reshape(-1)) <= {"no", "yes"}
    probabilities = wrapped.predict_proba(X)
    assert probabilities.shape == (40, 2)
    assert_allclose(probabilities.sum(axis=1), 1)
    right = (wrapped.predict(X).reshape(-1) == labels).mean()
    assert_allclose(wrapped.score(X, labels), right, rtol=1e-6)


def test_one_hot_rows_where_the_loss_wants_them():
    wrapped = KerasClassifier(classifier, outputs=2, nb_epoch=1, verbose=0)
    wrapped.fit(X, Y, sample_weight=np.ones(40))
    assert wrapped.predict(X).shape == (40,)
    assert_array_equal(wrapped.classes_, [0, 1])
    assert_array_equal(wrapped._targets(np.eye(2)[Y]), np.eye(2)[Y])


def test_arguments_are_searched_over():
    split = [(np.arange(20), np.arange(20, 40))]
    search = GridSearchCV(
        KerasClassifier(classifier, verbose=0), {"units": [4], "nb_epoch": [1]}, cv=split, refit=False
    )
    assert np.isfinite(search.fit(X, Y).best_score_)


def test_regression_scores_are_losses():
    wrapped = KerasRegressor(regressor, epochs=1, verbose=0)
    wrapped.fit(X, X[:, 0])
    predictions = wrapped.predict(X)
    assert is_regressor(wrapped) and predictions.shape == (40,)
    assert_allclose(wrapped.score(X, X[:, 0]), -np.mean((predictions - X[:, 0]) ** 2), rtol=1e-4)
    old = KERAS1["KerasRegressor"](regressor, verbose=0)
    old.model = wrapped.model
    assert old.score(X, X[:, 0]) == -wrapped.score(X, X[:, 0])


def test_mistakes_are_named():
    with pytest.raises(ValueError, match="epoch is not a legal parameter; did you mean 'epochs'"):
        KerasClassifier(classifier, epoch=3)
    with pytest.raises(TypeError, match="needs `build_fn`"):
        KerasClassifier()
    with pytest.raises(ValueError, match="not fitted"):
        KerasClassifier(classifier).predict(X)
    with pytest.raises(ValueError, match="Invalid shape for y"):
        KerasClassifier(classifier).fit(X, np.zeros((40, 2, 2)))

    class Own(KerasRegressor):
        def __call__(self, units=1):
            return regressor()

    assert Own(units=1, verbose=0).get_params() == {"build_fn": None, "units": 1, "verbose": 0}
