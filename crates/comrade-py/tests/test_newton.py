"""The exact minimiser against scikit-learn's newton-cholesky, and where it must refuse."""

import numpy as np
import pytest
from comrade._comrade import minimise
from comrade._problem import problem
from sklearn.datasets import load_breast_cancer, load_digits, load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler


def value(x, signs, w, b, lam):
    """f(w), written out."""
    return np.mean(np.logaddexp(0, -signs * (x @ w + b))) + 0.5 * lam * (w @ w)


@pytest.mark.parametrize("load", [load_digits, load_iris, load_breast_cancer])
@pytest.mark.parametrize("scaled", [False, True])
def test_f_is_that_of_newton_cholesky(load, scaled):
    x, y = load(return_X_y=True)
    x = np.ascontiguousarray(StandardScaler().fit_transform(x) if scaled else x, dtype=np.float64)
    positives = [1] if y.max() == 1 else list(range(y.max() + 1))
    for c in 10.0 ** np.arange(-3, 4):
        lam = 1 / (len(y) * c)
        found = minimise(problem(1, lam=lam, intercept=True), (x, y.astype(np.int64), None), positives, 1e-8)
        for positive, ours in zip(positives, found, strict=True):
            signs = np.where(y == positive, 1.0, -1.0)
            theirs = LogisticRegression(C=c, solver="newton-cholesky", tol=1e-11, max_iter=1000).fit(x, signs)
            least = value(x, signs, theirs.coef_.ravel(), theirs.intercept_[0], lam)
            mine = value(x, signs, ours["w"][:-1], ours["w"][-1], lam)
            assert ours["stop"] == "converged"
            assert ours["gradient_norm"] <= 1e-8 * ours["first_gradient_norm"]
            assert abs(mine - ours["value"]) <= 1e-12 * mine
            assert abs(mine - least) <= 1e-8 * least, (positive, c)


def test_weights_of_any_size_count():
    rng = np.random.default_rng(1)
    x, codes = rng.standard_normal((50, 3)), rng.integers(0, 2, 50)
    solve = lambda weights: minimise(problem(1, lam=0.1), (x, codes, weights), [1], 1e-9)[0]["w"]  # noqa: E731
    np.testing.assert_allclose(solve(np.full(50, 1e308)), solve(None), rtol=1e-7)


def test_what_cannot_be_solved_is_said():
    x, codes = np.arange(8.0).reshape(4, 2), np.array([0, 1, 0, 1])
    with pytest.raises(ValueError, match="class 1"):
        minimise(problem(1), (x, codes, np.array([1.0, 0.0, 1.0, 0.0])), [1], 1e-8)
    twice = {**problem(1), "lam": 0.0}
    with pytest.raises(ValueError, match="column 1"):
        minimise(twice, (np.ascontiguousarray(x[:, [1, 1]]), codes, None), [1], 1e-8)
