"""The same problem, written down in another way, has the same answer: f to the last digits, coefficients as they transform."""

import json
import os
import subprocess
import warnings
from pathlib import Path

import numpy as np
import pytest
from conftest import value
from sklearn.datasets import dump_svmlight_file, make_classification
from sklearn.linear_model import LogisticRegression as Reference
from sklearn.preprocessing import StandardScaler

import comrade

LAM = 1e-3
TOP = Path(__file__).parents[3]


@pytest.fixture(params=range(4), ids="problem{}".format)
def problem(request):
    """X, y, weights from a seed: more samples than features and fewer, clean labels and noisy ones."""
    random = np.random.default_rng(request.param)
    n, d = [(200, 6), (40, 60), (301, 3), (90, 20)][request.param]
    X, y = make_classification(n, d, n_informative=3, n_redundant=0, flip_y=0.1, random_state=request.param)
    return X * random.uniform(0.5, 2.0, d) + random.uniform(-1, 1, d), y, random.integers(0, 4, n).astype(float)


@pytest.fixture(params=[1, 4], ids="m{}".format)
def fit(request):
    """A function from samples to coefficients, intercept and f, with 1 or 4 workers."""

    def fitted(X, y, weights=None, lam=LAM, **more):
        model = comrade.LogisticRegression(request.param, lam=lam, **more).fit(X, y, weights)
        assert model.converged_
        return model.coef_[0], model.intercept_[0], model.objective_[0]

    return fitted


def same(one, other, scale=1.0):
    """Of two minimisers of one problem, both within tol; strong convexity then bounds how far apart they are."""
    np.testing.assert_allclose(one[2], other[2], rtol=1e-10)
    np.testing.assert_allclose(one[0], np.asarray(other[0]) * scale, rtol=1e-5, atol=1e-6 * np.abs(one[0]).max())
    np.testing.assert_allclose(one[1], other[1], rtol=1e-5, atol=1e-6)


def test_the_order_of_the_samples_is_nothing(problem, fit):
    X, y, weights = problem
    order = np.random.default_rng(9).permutation(len(y))
    same(fit(X, y, weights), fit(X[order], y[order], weights[order]))
    by_label = np.argsort(y, kind="stable")
    same(fit(X, y), fit(X[by_label], y[by_label]))


def test_a_weight_is_a_number_of_copies(problem, fit):
    X, y, weights = problem
    copies = weights.astype(int)
    same(fit(X, y, weights), fit(np.repeat(X, copies, axis=0), np.repeat(y, copies)))
    same(fit(X, y, weights), fit(X, y, 1e6 * weights))
    same(fit(X, y), fit(np.vstack([X, X]), np.append(y, y)))


def test_columns_scaled_with_lambda_scale_the_coefficients(problem, fit):
    X, y, _ = problem
    for scale in (1e-3, 1e3):
        same(fit(X, y), fit(X * scale, y, lam=LAM * scale**2), scale)


def test_rotated_columns_rotate_the_coefficients(problem, fit):
    X, y, _ = problem
    d = X.shape[1]
    rotation = np.linalg.qr(np.random.default_rng(7).standard_normal((d, d)))[0]
    w, b, f = fit(X @ rotation, y)
    same(fit(X, y), (rotation @ w, b, f))
    order = np.random.default_rng(8).permutation(d)
    w, b, f = fit(X[:, order], y)
    same(fit(X, y), (w[np.argsort(order)], b, f))


def test_an_offset_is_the_intercepts(problem, fit):
    X, y, _ = problem
    w, b, f = fit(X + 10.0, y)
    same(fit(X, y), (w, b + 10.0 * w.sum(), f))


def test_classes_that_change_places_change_the_sign(problem, fit):
    X, y, _ = problem
    w, b, f = fit(X, 1 - y)
    same(fit(X, y), (-w, -b, f))


def test_a_column_of_zeros_and_a_column_twice(problem, fit):
    X, y, _ = problem
    w, b, f = fit(np.column_stack([np.zeros(len(y)), X]), y)
    assert w[0] == 0
    same(fit(X, y), (w[1:], b, f))
    # v and v are as good as sqrt(2) v with one column, at half of its ridge term.
    w, b, f = fit(np.column_stack([X, X[:, 0]]), y)
    np.testing.assert_allclose(w[0], w[-1], rtol=1e-5, atol=1e-9)
    root = X.copy()
    root[:, 0] *= np.sqrt(2)
    joined = np.append(w[0] * np.sqrt(2), w[1:-1])
    same(fit(root, y), (joined, b, f))


def test_a_published_number():
    """What R's glmnet gives, as scikit-learn's tests have it: lambda 1, a mean of losses.

    glmnet was stopped where f changed by 1e-10, so that its coefficients have some six digits; that f is flat here shows the gradient.
    """
    X = np.array([[-4, -3, -2, -1, 0, 1, 2, 3, 4], [0, 0, 1, 0, 1, 1, 1, 0, 0]], dtype=float).T
    y = np.array([0, 0, 0, 1, 1, 1, 1, 1, 1])
    for n_workers in (1, 3, 9):
        model = comrade.LogisticRegression(n_workers, lam=1.0).fit(X, y)
        np.testing.assert_allclose(model.intercept_, [0.89230405539], rtol=1e-6)
        np.testing.assert_allclose(model.coef_, [[0.44464569182, 0.01457563448]], rtol=1e-6)
        assert np.linalg.norm(value(X, y, model.coef_[0], model.intercept_[0], 1.0)[1]) < 1e-10


def program():
    """The command line, built by `cargo xtask test` or `cargo build`."""
    name = "comrade.exe" if os.name == "nt" else "comrade"
    built = [path for kind in ("debug", "release") if (path := TOP / "target" / kind / name).is_file()]
    if not built:
        pytest.skip("the program comrade is not built: cargo build --package comrade-cli")
    return max(built, key=lambda path: path.stat().st_mtime)


def test_one_worker_the_command_line_scikit_learn_and_liblinear_agree_on_f(problem, tmp_path):
    X, y, _ = problem
    X = StandardScaler().fit_transform(X)
    file, kept = tmp_path / "samples", tmp_path / "model.json"
    dump_svmlight_file(X, 2 * y - 1, str(file), zero_based=False)
    fs = {}
    for n_workers in (1, 4):
        w = comrade.LogisticRegression(n_workers, lam=LAM, fit_intercept=False).fit(X, y).coef_[0]
        fs[f"{n_workers} workers"] = value(X, y, w, 0.0, LAM, False)[0]
        train = ["train", file, "--workers", str(n_workers), "--lambda", str(LAM), "-o", kept]
        subprocess.run([program(), *train], check=True, capture_output=True)
        w = np.array(json.loads(kept.read_text())["weights"])
        fs[f"comrade train, {n_workers} workers"] = value(X, y, w, 0.0, LAM, False)[0]
    for solver in ("newton-cholesky", "lbfgs", "liblinear"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = Reference(
                C=1 / (LAM * len(y)), solver=solver, tol=1e-10, max_iter=10_000, fit_intercept=False
            ).fit(X, y)
        fs[solver] = value(X, y, theirs.coef_[0], 0.0, LAM, False)[0]
    print(fs)
    lowest = min(fs.values())
    # The others stop where they stop; ours are asked for all digits.
    for who, f in fs.items():
        assert f <= lowest * (1 + (1e-8 if who in ("lbfgs", "liblinear") else 1e-12)), (who, fs)
