"""scikit-learn's own tests of its logistic regression, from the installed package, with our estimator in its place."""

import inspect
import re

import numpy as np
import pytest
import sklearn
from sklearn.linear_model.tests import test_logistic as theirs
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.fixes import CSR_CONTAINERS

import comrade

CSR = [{"csr_container": container} for container in CSR_CONTAINERS]
SEEDS = [{"global_random_seed": seed} for seed in (0, 42)]

# Each test, and with which arguments it is run.
APPLY = {
    "test_predict_2_classes": CSR,
    "test_predict_3_classes": CSR,
    "test_inconsistent_input": [{}],
    "test_write_parameters": [{}],
    "test_nan": [{}],
    "test_logistic_regression_solvers": SEEDS,
    "test_logistic_regression_sample_weights": [{"problem": "single", "solver": "newton-cholesky"} | seed for seed in SEEDS],
    "test_logistic_regression_solver_class_weights": [{"solver": "newton-cholesky"} | seed for seed in SEEDS],
    "test_logistic_regression_class_weights": [container | SEEDS[0] for container in [{"csr_container": np.asarray}, *CSR]],
    "test_liblinear_decision_function_zero": SEEDS,
    "test_logreg_intercept_scaling_zero": [{}],
    "test_warm_start_converge_LR": SEEDS,
    "test_sample_weight_not_modified": [{"class_weight": weight} for weight in ({0: 1.0, 1: 10.0, 2: 1.0}, "balanced")],
    "test_large_sparse_matrix": [{"solver": "newton-cholesky"} | container for container in CSR],
    "test_single_feature_newton_cg": [{}],
}

# What the other tests are about; patterns of names, of scikit-learn 1.9.
DO_NOT_APPLY = {
    "penalties other than the ridge term": "l1|elastic|penalty|c_inf|saga",
    "LogisticRegressionCV and regularisation paths": "cv|CV|path|scor",
    "one softmax for all classes; ours tells each from all others": "multinomial|multiclass|glmnet|check_solver_option",
    "the number of iterations, which are rounds here": "max_iter|n_iter|test_warm_start$|test_warm_start_newton_solver",
    "parts and parameters of its solvers": "liblinear|newton_cholesky_fallback|n_jobs",
    "features of the class that ours has not: sparsify, float32, array API, callbacks, metadata": (
        "sparsify|dtype_match|array_api|callback|metadata"
    ),
}


def ours(n_workers):
    """Our estimator under scikit-learn's parameters: C weighs a sum of losses, 1 / lam their mean."""

    class Ours(comrade.LogisticRegression):
        def __init__(
            self,
            *,
            C=1.0,
            solver="lbfgs",
            tol=1e-10,
            max_iter=100,
            random_state=None,
            fit_intercept=True,
            class_weight=None,
            warm_start=False,
        ):
            super().__init__(
                n_workers, tol=tol, fit_intercept=fit_intercept, class_weight=class_weight, warm_start=warm_start
            )
            self.C = C

        def fit(self, X, y, sample_weight=None):
            weights = np.ones(len(y)) if sample_weight is None else np.asarray(sample_weight)
            self.lam = 1 / (self.C * (weights * compute_sample_weight(self.class_weight, y)).sum())
            return super().fit(X, y, sample_weight)

    return Ours


@pytest.mark.parametrize("n_workers", [1, 3])
@pytest.mark.parametrize(
    "name, arguments", [(name, arguments) for name, runs in APPLY.items() for arguments in runs], ids=lambda value: str(value)[:60]
)
def test_ours_passes(monkeypatch, name, arguments, n_workers):
    if not hasattr(theirs, name):
        pytest.skip(f"scikit-learn {sklearn.__version__} has no {name}")
    monkeypatch.setattr(theirs, "LogisticRegression", ours(n_workers))
    getattr(theirs, name)(**arguments)


def test_why_the_others_do_not_apply():
    names = [name for name, value in vars(theirs).items() if name.startswith("test_") and inspect.isfunction(value)]
    others = [name for name in names if name not in APPLY]
    told = {name: [why for why, pattern in DO_NOT_APPLY.items() if re.search(pattern, name)] for name in others}
    for name, why in told.items():
        print(f"{name}: {'; '.join(why) or 'new'}")
    if sklearn.__version__.startswith("1.9."):
        assert all(told.values()), [name for name, why in told.items() if not why]


def test_these_tests_see_a_fault(monkeypatch):
    """A weight that is ignored, a class that is always the first: each is seen."""

    class Deaf(ours(1)):
        def fit(self, X, y, sample_weight=None):
            return super().fit(X, y)

    class First(ours(1)):
        def predict(self, X):
            return np.full(len(X.toarray() if hasattr(X, "toarray") else X), self.classes_[0])

    for fault, name in [(Deaf, "test_logistic_regression_sample_weights"), (First, "test_predict_2_classes")]:
        monkeypatch.setattr(theirs, "LogisticRegression", fault)
        with pytest.raises(AssertionError):
            getattr(theirs, name)(**APPLY[name][0])
