"""The estimator: scikit-learn's conventions, and scikit-learn's coefficients."""

import json
import pickle
import random
import resource
import subprocess
import sys
import textwrap
import time
import warnings

import numpy as np
import pytest
from conftest import objective, value
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import load_iris, load_svmlight_file
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression as Reference
from sklearn.model_selection import cross_val_score
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

import comrade

LAM = 1e-3


def reference(X, y, lam=LAM, weights=None, **more):
    """scikit-learn on the same problem: its sum over samples is n times our mean."""
    total = len(y) if weights is None else weights.sum()
    return Reference(C=1 / (lam * total), solver="newton-cholesky", tol=1e-12, max_iter=1000, **more).fit(X, y, weights)


def exact(n_workers=4, **more):
    return comrade.LogisticRegression(n_workers, **{"lam": LAM, "tol": 1e-9, **more})


@pytest.mark.parametrize("n_workers", [1, 4])
def test_it_is_an_estimator(n_workers):
    """As it comes, without an expected failure: it does not matter how samples are dealt, so fits on other rows agree as well."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        checks = check_estimator(comrade.LogisticRegression(n_workers), on_skip=None)
    assert sum(check["status"] == "passed" for check in checks) >= 60


@pytest.mark.parametrize("n_workers", [1, 4, 5])
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("method", ["auto", "giant"])
def test_the_minimiser_is_that_of_scikit_learn(samples, n_workers, fit_intercept, method):
    X, y = samples
    ours = exact(n_workers, fit_intercept=fit_intercept, method=method).fit(X, y)
    theirs = reference(X, y, fit_intercept=fit_intercept)
    assert ours.stop_ == ["converged"] and ours.converged_
    np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=1e-7)
    np.testing.assert_allclose(ours.intercept_, theirs.intercept_, atol=1e-7)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-7)
    assert (ours.predict(X) == theirs.predict(X)).all()


@pytest.mark.parametrize("n_workers", [1, 5])
def test_what_a_fit_says_of_itself_is_so(samples, n_workers):
    X, y = samples
    for fit_intercept in (True, False):
        ours = exact(n_workers, fit_intercept=fit_intercept, tol=1e-4).fit(X, y)
        f, slope = value(X, y, ours.coef_[0], ours.intercept_[0], LAM, fit_intercept)
        np.testing.assert_allclose(ours.objective_, f, rtol=1e-12)
        np.testing.assert_allclose(ours.gradient_norm_, np.linalg.norm(slope), rtol=1e-6, atol=1e-15)
        best = reference(X, y, fit_intercept=fit_intercept)
        above = f - value(X, y, best.coef_[0], best.intercept_[0], LAM)[0]
        assert (ours.bound_ is None) == fit_intercept and ours.floor_ is None
        assert fit_intercept or -1e-15 <= above <= ours.bound_[0] < 1e-6
    with pytest.warns(ConvergenceWarning, match="all 3 rounds are played and the gradient is .* tol=1.0e-09"):
        early = exact(5, max_rounds=3).fit(X, y)
    assert not early.converged_ and early.objective_ < np.log(2)


def test_the_methods_that_stop_short_say_so(samples):
    X, y = samples
    with pytest.warns(ConvergenceWarning, match="comrade rests at its error floor, where .*method='auto'"):
        ours = comrade.LogisticRegression(4, method="comrade", lam=LAM).fit(X, y)
    assert ours.stop_ == ["floor"] and not ours.converged_
    assert 0 < objective(ours, X, y) - objective(reference_like(X, y), X, y) < 1e-3
    # One worker's direction is the exact one.
    assert comrade.LogisticRegression(1, method="comrade", lam=LAM).fit(X, y).converged_
    with pytest.warns(ConvergenceWarning, match="came to where f is too high .*smaller step"):
        far = comrade.LogisticRegression(4, method="gradient-descent", lam=LAM, step=1e6).fit(X, y)
    assert far.stop_ == ["diverged"] and far.objective_ <= np.log(2)
    with pytest.raises(ValueError, match="one honest worker in this process"):
        comrade.LogisticRegression(4, method="newton").fit(X, y)


def test_a_fit_that_ends_no_lower_than_it_began_says_so():
    # Hessians of one row each lead the paper's method to a place above f(0).
    j = np.arange(12)
    x, z = (j * 37 % 60) / 30 - 1, (j * 17 % 60) / 30 - 1
    X = np.c_[1000 * x + 3000, z, np.ones(12)]
    for options in ({"max_rounds": 6}, {"tol": 1e-5}):
        with pytest.warns(ConvergenceWarning, match="f is not below that of coefficients 0"):
            model = comrade.LogisticRegression(12, method="comrade", lam=1e-3, fit_intercept=False, **options).fit(X, x + z > 0)
        assert not model.coef_.any() and not model.converged_


def reference_like(X, y):
    model = reference(X, y)
    model.lam = LAM
    return model


def test_weights_count_samples(samples):
    X, y = samples
    weights = np.random.default_rng(1).integers(0, 3, len(y)).astype(float)
    ours, theirs = exact().fit(X, y, weights), reference(X, y, weights=weights)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=1e-7)
    repeated = np.repeat(np.arange(len(y)), weights.astype(int))
    np.testing.assert_allclose(exact().fit(X[repeated], y[repeated]).coef_, ours.coef_, atol=1e-7)
    balanced = exact(class_weight={0: 3.0, 1: 1.0}).fit(X, y)
    theirs = reference(X, y, weights=np.where(y == 0, 3.0, 1.0))
    np.testing.assert_allclose(balanced.coef_, theirs.coef_, atol=1e-7)
    for bad in (np.zeros(len(y)), -np.ones(len(y))):
        with pytest.raises(ValueError, match="zero|negative|Negative"):
            exact().fit(X, y, bad)
    with pytest.raises(ValueError, match=r"all samples of class .*1.* are zero"):
        exact().fit(X, y, np.where(y == 1, 0.0, 1.0))
    with pytest.raises(ValueError, match=r"all samples of class .*0.* are zero"):
        exact(class_weight={0: 0.0, 1: 1.0}).fit(X, y)
    # Only their sizes relative to each other count.
    for scale in (1e-300, 5e307):
        np.testing.assert_allclose(exact().fit(X, y, scale * weights).coef_, ours.coef_, atol=1e-7)


def test_several_classes_are_told_one_from_all_others():
    X, y = load_iris(return_X_y=True)
    names = np.array(["setosa", "versicolor", "virginica"])[y]
    X = StandardScaler().fit_transform(X)
    ours = exact(3, lam=1e-2).fit(X, names)
    theirs = OneVsRestClassifier(Reference(C=1 / (1e-2 * len(y)), solver="newton-cholesky", tol=1e-12)).fit(X, names)
    assert ours.coef_.shape == (3, 4)
    assert list(ours.classes_) == ["setosa", "versicolor", "virginica"]
    np.testing.assert_allclose(ours.coef_, np.vstack([e.coef_ for e in theirs.estimators_]), atol=1e-6)
    assert (ours.predict(X) == theirs.predict(X)).all()
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-6)
    np.testing.assert_allclose(ours.predict_proba(X).sum(axis=1), 1)


def test_sparse_and_dense_samples_give_the_same_model(samples):
    X, y = samples
    X = np.where(np.abs(X) > 1, X, 0.0)
    dense = exact().fit(X, y)
    for wide in (np.int32, np.int64):
        csr = sparse.csr_array(X)
        csr.indices, csr.indptr = csr.indices.astype(wide), csr.indptr.astype(wide)
        ours = exact().fit(csr, y)
        np.testing.assert_allclose(ours.coef_, dense.coef_, atol=1e-9)
        np.testing.assert_allclose(ours.decision_function(csr), dense.decision_function(X), atol=1e-8)
    # Neither sorted nor free of duplicates: what SciPy allows and the solver does not.
    k = np.array([2, 0, 2])
    odd = sparse.csr_array((np.array([1.0, 2.0, 3.0] * len(y)), np.tile(k, len(y)), np.arange(0, 3 * len(y) + 1, 3)))
    before = odd.indices.copy()
    ours = exact().fit(odd, y)
    np.testing.assert_allclose(ours.coef_, exact().fit(odd.toarray(), y).coef_, atol=1e-9)
    assert (odd.indices == before).all(), "the argument is left as it was"


@pytest.mark.parametrize("compressor", ["identity", "top-k:0.5", "random-k:0.5", "sign", "qsgd:16"])
def test_the_same_seed_gives_the_same_bits(samples, compressor):
    X, y = samples
    kw = {"method": "comrade", "trim": 0.25, "compressor": compressor, "attack": "gaussian:5", "max_rounds": 12}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        one, two, other = (comrade.LogisticRegression(8, seed=seed, **kw).fit(X, y) for seed in (1, 1, 2))
    assert (one.coef_ == two.coef_).all() and (one.coef_ != other.coef_).any()
    assert one.bytes_up_ == two.bytes_up_ > 0


@pytest.mark.parametrize("method", ["auto", "comrade"])
def test_trimming_keeps_liars_out(samples, method):
    X, y = samples
    honest = objective(reference_like(X, y), X, y)
    kw = {"lam": LAM, "method": method, "max_rounds": 60}
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        ours = comrade.LogisticRegression(10, trim=0.2, attack="gaussian:50", **kw).fit(X, y)
    # At rest, which is no warning, and the fit does not claim that it is the minimiser.
    assert ours.stop_ == ["floor"] and not ours.converged_ and ours.bound_ is None
    assert objective(ours, X, y) - honest < 1e-2
    if method == "auto":
        [floor] = ours.floor_
        assert 0 < floor["unavoidable"] < floor["estimate"]
    # A lie that everyone believes.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        fooled = comrade.LogisticRegression(10, attack="gaussian:50", **kw).fit(X, y)
        assert not fooled.converged_
    assert objective(fooled, X, y) - honest > 1e-2


def test_it_goes_where_estimators_go(samples):
    X, y = samples
    model = exact(trim=0.25, callback=print, class_weight="balanced")
    assert clone(model).get_params() == model.get_params()
    fitted = exact().fit(X, y)
    again = pickle.loads(pickle.dumps(fitted))
    assert (again.predict_proba(X) == fitted.predict_proba(X)).all()
    scores = [cross_val_score(make_pipeline(StandardScaler(), model), X, y) for model in (fitted, Reference())]
    np.testing.assert_allclose(*scores, atol=0.02)


@pytest.mark.parametrize("n_workers", [1, 4])
def test_a_fit_that_starts_at_the_minimiser_is_converged_at_once(samples, n_workers):
    X, y = samples
    model = exact(n_workers, warm_start=True).fit(X, y)
    cold, coef = model.n_rounds_[0], model.coef_
    model.fit(X, y)
    # f and g at 0, by which the gradient is measured, and at the start; several workers show by a step that nothing is left.
    assert model.n_rounds_[0] <= (2 if n_workers == 1 else 3) <= cold and model.converged_
    np.testing.assert_allclose(model.coef_, coef, rtol=0, atol=0 if n_workers == 1 else 1e-7)
    # From nearby it is nearer, and from where f is above f(0) it starts at 0.
    model.set_params(lam=1.1 * LAM).fit(X, y)
    assert model.converged_ and (n_workers == 1 or model.n_rounds_[0] < cold)
    model.coef_ = 1e6 * model.coef_
    model.fit(X, y)
    assert model.converged_
    np.testing.assert_allclose(model.coef_, reference(X, y, 1.1 * LAM).coef_, atol=1e-7)


def test_a_callback_sees_every_step_and_can_end_them(samples):
    X, y = samples
    seen = []
    model = comrade.LogisticRegression(5, trim=0.2, attack="silent", callback=lambda s: seen.append(s) or len(seen) == 3)
    with pytest.warns(ConvergenceWarning, match="the callback ended the training where the gradient is"):
        model.fit(X, y)
    assert model.stop_ == ["callback"]
    assert [s["round"] for s in seen] == [1, 2, 3]
    assert seen[0]["missing"] == {0: "no reply in time"} and seen[0]["kept"] == [1, 2, 3, 4]
    assert seen[0]["method"] == "lazy-newton" and seen[0]["class_index"] == 0 and "state" not in seen[0]
    assert (seen[0]["iteration"], seen[0]["step"], seen[0]["hessian"]) == (0, 0.0, True)
    # Shards are not all of the same size.
    assert seen[0]["objective"] == pytest.approx(np.log(2), rel=5e-3) and seen[1]["objective"] < 0.69
    assert all(s["accepted"] for s in seen) and [s["iteration"] for s in seen] == [0, 1, 2] and model.n_iter_ == 2
    assert model.objective_ == min(s["objective"] for s in seen)

    def faulty(_):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        model.set_params(callback=faulty).fit(X, y)


@pytest.mark.parametrize("method", ["auto", "comrade", "giant"])
def test_an_interrupted_fit_goes_on_from_its_checkpoint(tmp_path, method):
    X, y = load_iris(return_X_y=True)
    X = StandardScaler().fit_transform(X)
    path = tmp_path / "fit.json"
    kw = {"method": method, "lam": 1e-2, "compressor": "random-k:0.5", "max_rounds": 24}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        whole = comrade.LogisticRegression(5, **kw).fit(X, y)

        def stop(seen):
            if seen["class_index"] == 1 and seen["round"] >= 6:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            comrade.LogisticRegression(5, **kw, checkpoint=path, callback=stop).fit(X, y)
        assert len(json.loads(path.read_text())["trainings"]) == 2
        for other, what in ((2 * X, "samples"), (X[:, ::-1], "samples"), (X[::-1], "samples")):
            with pytest.raises(ValueError, match=f"other data or parameters: {what}"):
                comrade.LogisticRegression(5, **kw, checkpoint=path).fit(other, y)
        with pytest.raises(ValueError, match="other data or parameters: lam"):
            comrade.LogisticRegression(5, **{**kw, "lam": 0.1}, checkpoint=path).fit(X, y)
        kept, seen = path.read_text(), []
        resumed = comrade.LogisticRegression(5, **kw, checkpoint=path, callback=seen.append).fit(X, y)
    assert seen[0]["class_index"] == 1 and seen[0]["round"] > 6
    assert (resumed.coef_ == whole.coef_).all() and (resumed.n_rounds_ == whole.n_rounds_).all()
    assert (resumed.n_iter_ == whole.n_iter_).all() and resumed.stop_ == whole.stop_
    assert not path.exists()
    for damaged in ("{", kept.replace("0", "1", 1000), kept.replace("trainings", "training")):
        path.write_text(damaged)
        with pytest.raises(ValueError, match="damaged|other data"):
            comrade.LogisticRegression(5, **kw, checkpoint=path).fit(X, y)
    assert [p.name for p in tmp_path.iterdir()] == ["fit.json"], "nothing is left next to it"


def test_a_fit_that_is_killed_goes_on_and_leaves_nothing(samples, tmp_path):
    """kill -9 at seeded moments; the next fit ends with the same bytes and removes what the dead one left."""
    script = textwrap.dedent("""
        import time, warnings
        import numpy as np, comrade
        warnings.simplefilter("ignore")
        held = np.load("samples.npz")
        def watch(seen):
            print(seen["round"], flush=True)
            time.sleep(0.01)
        model = comrade.LogisticRegression(3, method="giant", tol=1e-12, max_rounds=60, checkpoint="fit.json", callback=watch)
        model.fit(held["X"], held["y"])
    """)
    X, y = samples
    np.savez(tmp_path / "samples.npz", X=X, y=y)
    kw = {"method": "giant", "tol": 1e-12, "max_rounds": 60}
    draw, resumed = random.Random(1), 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        whole = comrade.LogisticRegression(3, **kw).fit(X, y)
        for _ in range(5):
            with subprocess.Popen([sys.executable, "-c", script], cwd=tmp_path, stdout=subprocess.PIPE) as running:
                for _ in range(draw.randint(1, 6)):
                    running.stdout.readline()
                time.sleep(0.01 * draw.random())
                running.kill()
            # Whatever the moment was, one of the dead is there.
            (tmp_path / ".comrade-dead").write_text("half")
            resumed += (tmp_path / "fit.json").exists()
            model = comrade.LogisticRegression(3, **kw, checkpoint=tmp_path / "fit.json").fit(X, y)
            assert (model.coef_ == whole.coef_).all() and (model.n_rounds_ == whole.n_rounds_).all()
            assert [path.name for path in tmp_path.iterdir()] == ["samples.npz"]
    assert resumed > 0


def test_a_checkpoint_of_a_file_knows_its_content(tmp_path):
    rows = ["4 1:1 3:2", "2 2:1", "4 1:0.5", "2 2:2 3:1"] * 10
    (tmp_path / "rows").write_text("\n".join(rows) + "\n")

    def stop(seen):
        raise KeyboardInterrupt

    kw = {"n_workers": 2, "checkpoint": tmp_path / "fit.json"}
    with pytest.raises(KeyboardInterrupt):
        comrade.LogisticRegression(**kw, callback=stop).fit_libsvm(tmp_path / "rows")
    (tmp_path / "moved").write_bytes((tmp_path / "rows").read_bytes())
    (tmp_path / "rows").write_text("\n".join(rows[::-1]) + "\n")
    with pytest.raises(ValueError, match="samples"):
        comrade.LogisticRegression(**kw).fit_libsvm(tmp_path / "rows")
    assert comrade.LogisticRegression(**kw).fit_libsvm(tmp_path / "moved").converged_


@pytest.mark.parametrize(
    ("kw", "says"),
    [
        ({"n_workers": 0}, "n_workers"),
        ({"n_workers": 2000}, "1203 sample"),
        ({"lam": 0.0}, "lam"),
        ({"trim": 0.5}, "trim fraction"),
        ({"compressor": "zip"}, "zip"),
        ({"attack": "tickle"}, "tickle"),
        ({"liars": 2.0, "attack": "nan"}, "liars"),
        ({"sharding": "none"}, "none"),
        ({"method": "wax"}, "unknown method 'wax': use comrade, giant, .*auto"),
        ({"rule": "wax"}, "unknown rule 'wax': use published"),
        ({"rule": "krumm"}, "did you mean 'krum'"),
        ({"rule": "krum", "trim": 0.2, "n_workers": 5}, "lazy-newton has no use for the rule krum"),
        ({"tol": 1.0}, "tol"),
        ({"step": -1.0}, "step"),
        ({"tol": float("nan")}, "tol"),
        ({"cluster": "dask"}, "dask"),
        ({"class_weight": "heavy"}, "class_weight"),
    ],
)
def test_bad_parameters_are_named(samples, kw, says):
    with pytest.raises(ValueError, match=says):
        comrade.LogisticRegression(**kw).fit(*samples)


def test_what_does_not_converge_warns(samples):
    X, y = samples
    with pytest.warns(ConvergenceWarning, match="max_rounds"):
        comrade.LogisticRegression(4, max_rounds=2).fit(X, y)
    with pytest.warns(ConvergenceWarning, match="2 of 3 training runs have not converged|3 of 3"):
        comrade.LogisticRegression(4, max_rounds=4).fit(*load_iris(return_X_y=True))
    with pytest.raises(comrade.TooManyMissing, match="1 of 5 replies") as raised:
        comrade.LogisticRegression(5, attack="nan").fit(X, y)
    error = raised.value
    assert (error.round, error.missing, error.allowed) == (0, 1, 0)
    assert error.absent == {0: "the sender's vector was not finite"}


def test_where_a_checkpoint_goes_is_looked_at_before_the_fit(samples, tmp_path):
    X, y = samples
    seen = []
    with pytest.raises(FileNotFoundError):
        comrade.LogisticRegression(4, checkpoint=tmp_path / "no" / "at", callback=seen.append).fit(X, y)
    for none in ("/dev/full", tmp_path):
        with pytest.raises(ValueError, match="a checkpoint is a file"):
            comrade.LogisticRegression(4, checkpoint=none, callback=seen.append).fit(X, y)
    assert not seen
    (tmp_path / "link").symlink_to("at")

    def stop(seen):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        comrade.LogisticRegression(4, checkpoint=tmp_path / "link", callback=stop).fit(X, y)
    assert (tmp_path / "link").is_symlink() and (tmp_path / "at").is_file()
    assert comrade.LogisticRegression(4, checkpoint=tmp_path / "link").fit(X, y).converged_
    assert [path.name for path in tmp_path.iterdir()] == ["link"]


def test_who_learns_nothing_is_told():
    """One sample per worker, and a third of them may lie: nothing can be known."""
    j = np.arange(12)
    X = np.column_stack([j * 37 % 60, j * 17 % 60]) / 30 - 1
    y = (X.sum(axis=1) + 0.8 * np.sin(2.3 * j) > 0).astype(int)
    assert comrade.LogisticRegression(12, fit_intercept=False).fit(X, y).converged_
    with pytest.warns(ConvergenceWarning, match="nothing is learnt"):
        careful = comrade.LogisticRegression(12, trim=0.34, lam=1e-6, fit_intercept=False).fit(X, y)
    assert careful.stop_ == ["floor"] and not careful.coef_.any()


def test_a_file_is_read_as_its_arrays(tmp_path):
    rows = ["4 1:1 3:2", "2 2:1", "4 1:0.5", "2 2:2 3:1"] * 10
    (tmp_path / "rows").write_text("\n".join(rows) + "\n")
    X, y = load_svmlight_file(str(tmp_path / "rows"), n_features=4)
    ours = comrade.LogisticRegression(3, lam=0.1).fit_libsvm(tmp_path / "rows", n_features=4)
    assert (ours.classes_ == [2, 4]).all() and ours.n_features_in_ == 4
    assert (ours.coef_ == comrade.LogisticRegression(3, lam=0.1).fit(X, y).coef_).all()
    (tmp_path / "rows").write_text("1 0:1\n")
    with pytest.raises(ValueError, match="rows:1:3: feature index 0"):
        comrade.LogisticRegression().fit_libsvm(tmp_path / "rows")


def test_an_index_of_any_size_costs_nothing(tmp_path, samples):
    """Columns that are in no row have coefficient 0, and take no memory but in `coef_`, of which no page is touched for them."""
    X, y = samples
    held = np.array([0, 3, 4, 7, 9, 200, 5_000, 10**6, 10**7, 10**8, 2 * 10**8, 3 * 10**8 - 1])
    near = sparse.csr_matrix(X)
    far = sparse.csr_matrix((near.data, held[near.indices], near.indptr), shape=(len(y), 3 * 10**8))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for n_workers in (1, 3):
        ours = comrade.LogisticRegression(n_workers).fit(far, y)
        theirs = comrade.LogisticRegression(n_workers).fit(near, y)
        assert ours.coef_.shape == (1, 3 * 10**8) and ours.converged_
        assert (ours.coef_[:, held] == theirs.coef_).all() and ours.coef_[0, 1] == 0
        assert (ours.predict(far) == theirs.predict(near)).all()
        again = ours.set_params(warm_start=True).fit(far, y)
        assert (again.predict(far) == theirs.predict(near)).all()
    rows = (
        f"{label} " + " ".join(f"{held[k] + 1}:{v!r}" for k, v in enumerate(x)) for x, label in zip(X.tolist(), y, strict=True)
    )
    (tmp_path / "rows").write_text("\n".join(rows) + "\n")
    read = comrade.LogisticRegression(3).fit_libsvm(tmp_path / "rows")
    assert read.n_features_in_ == 3 * 10**8 and (read.coef_[:, held] == theirs.coef_).all()
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 500_000, f"{grown} kB"
    # Three classes, and more features than an array can have.
    iris, kinds = load_iris(return_X_y=True)
    wide = sparse.csr_matrix(np.hstack([iris[:, :2], np.zeros((150, 5)), iris[:, 2:]]))
    ours, theirs = (comrade.LogisticRegression(2).fit(x, kinds) for x in (wide, sparse.csr_matrix(iris)))
    assert (ours.coef_[:, [0, 1, 7, 8]] == theirs.coef_).all() and not ours.coef_[:, 2:7].any()
    with pytest.raises(MemoryError, match="coef_ is a dense array"):
        comrade.LogisticRegression().fit_libsvm(tmp_path / "rows", n_features=2**63)


def test_many_more_features_than_samples():
    """d = 50,000: no worker could hold H, and none does."""
    random = np.random.default_rng(5)
    X = sparse.random_array((400, 50_000), density=1e-3, rng=random, format="csr")
    y = (X @ random.standard_normal(50_000) > 0).astype(int)
    for n_workers in (1, 4):
        ours = comrade.LogisticRegression(n_workers, lam=1e-2, tol=1e-9).fit(X, y)
        w, b = ours.coef_[0], ours.intercept_[0]
        slope = -(2 * y - 1) / (1 + np.exp((2 * y - 1) * (X @ w + b))) / 400
        assert ours.converged_
        assert np.abs(X.T @ slope + 1e-2 * w).max() < 1e-10 and abs(slope.sum()) < 1e-9


@pytest.mark.parametrize("name", ["a9a", "w5a"])
def test_real_files_are_solved_as_by_newton_cholesky(real, name):
    """The same objective to 1e-8; and with liars the accuracy of the exact minimiser."""
    X, y = load_svmlight_file(str(real(name)), n_features={"a9a": 123, "w5a": 300}[name])
    best = reference_like(X, y)
    ours = comrade.LogisticRegression(20, lam=LAM).fit(X, y)
    gap = objective(ours, X, y) - objective(best, X, y)
    print(f"{name}: f - f of newton-cholesky = {gap:.1e}, {ours.n_rounds_[0]} rounds")
    assert ours.converged_ and abs(gap) < 1e-8 * objective(best, X, y)
    if name == "w5a":
        return
    right = 100 * best.score(X, y)
    for seed in (1, 2, 3):
        for method, attack in (("auto", None), ("auto", "gaussian:10"), ("comrade", "gaussian:10"), ("auto", "random-label")):
            model = comrade.LogisticRegression(20, method=method, lam=LAM, trim=0.25, attack=attack, seed=seed).fit(X, y)
            accuracy = 100 * model.score(X, y)
            print(f"a9a, {method}, {attack}, seed {seed}: {accuracy:.3f} %, exact {right:.3f} %")
            assert abs(accuracy - right) <= 0.3


@pytest.mark.parametrize("attack, trim", [("negative:0.5", 0), ("flipped-label", 0.1), ("ipm:0.5", 0), ("value:huge", 0.1)])
def test_who_believes_liars_has_not_converged(samples, attack, trim):
    X, y = samples
    with pytest.warns(ConvergenceWarning, match=r"1 of 4 workers lie and 0 are assumed to.*take trim=0\.25"):
        model = comrade.LogisticRegression(4, lam=LAM, attack=attack, liars=0.25, trim=trim).fit(X, y)
    assert not model.converged_ and "converged" not in model.stop_
    # An attack that nobody plays changes nothing.
    assert comrade.LogisticRegression(4, lam=LAM, attack=attack, liars=0.0).fit(X, y).converged_


@pytest.mark.parametrize(("attack", "fate"), [("silent", "late"), ("nan", "unusable"), ("huge", "trimmed"), (None, "")])
def test_the_report_of_workers_says_what_became_of_their_answers(samples, attack, fate):
    seen = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = comrade.LogisticRegression(5, method="comrade", trim=0.2, attack=attack, max_rounds=9, callback=seen.append)
        model.fit(*samples)
    first, *others = model.worker_report_
    assert all(sum(report.values()) == len(seen) for report in model.worker_report_)
    assert sum(report["answered"] for report in model.worker_report_) == sum(len(s["kept"]) for s in seen)
    assert attack is None or first[fate] == len(seen)
    assert all(report["late"] + report["unusable"] == 0 for report in others)
