"""Data that all tests share."""

import os
import warnings
from pathlib import Path

import numpy as np
import pytest
from scipy.special import expit
from sklearn.datasets import make_classification
from sklearn.exceptions import ConvergenceWarning

import comrade


@pytest.fixture(scope="session")
def samples():
    """1203 samples of two classes in 12 dimensions: a number that no number of workers here divides."""
    X, y = make_classification(1203, 12, n_informative=6, flip_y=0.1, class_sep=0.8, random_state=3)
    return np.ascontiguousarray(X), y


@pytest.fixture(scope="module")
def local():
    """A Ray cluster of two processors, on which more workers run than that."""
    ray = pytest.importorskip("ray")
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="error")
    yield
    ray.shutdown()


@pytest.fixture(scope="session")
def real():
    """A function from the name of a published data set to its file."""
    folder = os.environ.get("COMRADE_DATA")

    def find(name):
        for candidate in (name, f"{name}.gz"):
            if folder and (path := Path(folder) / candidate).is_file():
                return path
        pytest.skip(f"{name} is not in COMRADE_DATA")

    return find


def fit(X, y, cluster=None, **kw):
    """A fit of five workers."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return comrade.LogisticRegression(**{"n_workers": 5, **kw}, cluster=cluster).fit(X, y)


def objective(model, X, y, weights=None):
    """f of a model of two classes, written out again."""
    sign = np.where(y == model.classes_[1], 1.0, -1.0)
    loss = np.logaddexp(0, -sign * (np.asarray(X @ model.coef_[0]) + model.intercept_[0]))
    return np.average(loss, weights=weights) + model.lam / 2 * model.coef_[0] @ model.coef_[0]


def value(X, y, w, b, lam, fit_intercept=True):
    """f and its gradient at (w, b), written out again; y is 0 or 1."""
    sign = 2.0 * np.asarray(y, dtype=float) - 1
    z = sign * (X @ w + b)
    slopes = -sign * expit(-z) / len(sign)
    gradient = np.append(X.T @ slopes + lam * w, slopes.sum() if fit_intercept else [])
    return np.logaddexp(0, -z).mean() + lam / 2 * w @ w, gradient
