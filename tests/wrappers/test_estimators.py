import numpy as np
import pytest
import sklearn
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.model_selection import cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import estimator_checks

import dovetail
from dovetail import Input, Model, Sequential, layers
from dovetail.wrappers import SKLearnClassifier, SKLearnRegressor, SKLearnTransformer

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 3)).astype("float32")
QUICK = {"epochs": 1, "verbose": 0}


def mlp(X, y, loss="mse", activation=None):
    model = Sequential([Input((X.shape[1],)), layers.Dense(y.shape[1], activation=activation)])
    model.compile("rmsprop", loss)
    return model


CLASSIFY = {"loss": "categorical_crossentropy", "activation": "softmax"}


# Those of scikit-learn's checks that are about the interface; the others train many models.
@pytest.mark.parametrize(
    "check",
    ["check_estimators_unfitted", "check_no_attributes_set_in_init", "check_valid_tag_types", "check_set_params",
     "check_get_params_invariance", "check_n_features_in", "check_complex_data", "check_estimator_cloneable"],
)  # fmt: skip
@pytest.mark.parametrize(
    "estimator",
    [SKLearnClassifier(mlp, model_kwargs=CLASSIFY, fit_kwargs=QUICK), SKLearnRegressor(mlp, fit_kwargs=QUICK)],
    ids=["classifier", "regressor"],
)
def test_checks_of_scikit_learn(check, estimator):
    getattr(estimator_checks, check)(type(estimator).__name__, estimator)


def test_labels_and_probabilities():
    labels = np.array(["a", "b", "c"])[np.argmax(X, axis=1)]
    estimator = make_pipeline(StandardScaler(), SKLearnClassifier(mlp, model_kwargs=CLASSIFY, fit_kwargs=QUICK))
    split = [(np.arange(30), np.arange(30, 40))]
    (estimator,) = cross_validate(estimator, X, labels, cv=split, return_estimator=True)["estimator"]
    assert_array_equal(estimator.classes_, ["a", "b", "c"])
    assert_array_equal(estimator.predict(X), estimator.classes_[estimator.predict_proba(X).argmax(axis=1)])


def test_one_output_serves_two_classes():
    model = Sequential([Input((3,)), layers.Dense(1, activation="sigmoid")])
    model.compile("sgd", "binary_crossentropy")
    estimator = SKLearnClassifier(model, fit_kwargs=QUICK).fit(X, X[:, 0] > 0)
    assert estimator.predict_proba(X).shape == (40, 2)
    assert_array_equal(estimator.decision_function(X) > 0, estimator.predict(X))


def test_a_given_model_is_copied_and_warm_starts_go_on():
    inputs = Input((3,))
    model = Model(inputs, layers.Dense(1)(inputs))
    model.compile("sgd", lambda y, p: dovetail.ops.mean((y - p) ** 2))
    before = model.get_weights()
    options = dict(QUICK)
    estimator = SKLearnRegressor(model, fit_kwargs=options, warm_start=True)
    estimator.fit(X, X[:, 0], batch_size=10)
    first = estimator.model_
    assert clone(estimator).fit_kwargs == options == QUICK
    assert estimator.predict(X).shape == (40,)
    assert estimator.fit(X, X[:, 0]).model_ is first and first is not model
    for ours, theirs in zip(before, model.get_weights(), strict=True):
        assert_array_equal(ours, theirs)
    two = SKLearnTransformer(mlp, fit_kwargs=QUICK).fit(X, X[:, :2])
    assert two.transform(X).shape == two.predict(X).shape == (40, 2)


def test_mistakes_are_named():
    with pytest.raises(ValueError, match="not compiled"):
        SKLearnRegressor(Sequential([Input((3,)), layers.Dense(1)])).fit(X, X[:, 0])
    with pytest.raises(ValueError, match="Only binary and multiclass"):
        SKLearnClassifier(mlp).fit(X, X[:, 0])
    with pytest.raises(ValueError, match="only one class"):
        SKLearnClassifier(mlp).fit(X, np.zeros(40, int))
    with pytest.raises(RuntimeError, match="enable_metadata_routing"):
        SKLearnRegressor(mlp).set_fit_request(sample_weight=True)
    with sklearn.config_context(enable_metadata_routing=True):
        asking = SKLearnRegressor(mlp).set_fit_request(sample_weight="weights")
        assert asking.get_metadata_routing().fit.requests["sample_weight"] == "weights"
