"""`LogisticRegression`: the solver with the conventions of scikit-learn."""

import contextlib
import json
import os
import tempfile
import warnings

import numpy as np
from scipy import sparse
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from ._comrade import Center, InProcess
from ._problem import check_workers, problem


class LogisticRegression(ClassifierMixin, BaseEstimator):
    """L2-regularised logistic regression on workers that hold the samples and send one vector a round.

    It minimises f(w) = (1/n) sum_j c_j log(1 + exp(-y_j (x_j'w + b))) + (lam/2) ||w||^2, where c_j are the sample weights,
    scaled to mean 1, and the intercept b is not penalised. With `lam = 1 / (n C)` that is the problem of scikit-learn's
    `LogisticRegression(C=C)`.

    By default the method is that of the paper: COMRADE, with full steps. It comes to rest at some distance from the
    minimiser that shrinks with the number of samples a worker has; ``polish="giant"`` goes on to the minimiser itself with
    steps of two rounds, as long as nobody lies and nothing is trimmed. Several classes are told one from all others.

    Parameters
    ----------
    n_workers : int, default=1
        Workers m, each of which needs a sample at least. With one worker COMRADE is Newton's method, and rests at the minimiser.
    trim : float, default=0.0
        Fraction beta of the messages that the center drops, in [0, 1/2): as many liars and failures are survived.
    lam : float, default=1e-3
        Weight lambda of the ridge term.
    compressor : str, default="identity"
        How workers encode directions: ``identity``, ``top-k:K``, ``random-k:K``, ``sign``, ``qsgd:LEVELS``.
    cluster : None, "ray" or comrade.ray.RayCluster, default=None
        Where the workers are: threads of this process, or actors of a Ray cluster. The same configuration gives the same
        coefficients, to the last bit on one kind of processor.
    polish : {"giant", None}, default=None
        How to go on from where COMRADE rests.
    fit_intercept : bool, default=True
        Whether there is an intercept b.
    class_weight : dict, "balanced" or None, default=None
        Weights of classes, multiplied with those of samples.
    step : float, default=1.0
        Step size gamma.
    line_search : bool, default=False
        Whether the center halves the step size until f decreases enough, by one more round a step. Helps where shards are
        small beside the number of features.
    tol : float, default=5e-6
        Stop when the direction that the workers agree on, an estimate of the distance to the minimiser, is so short beside the
        first one, or beside the coefficients of a warm start.
    max_rounds : int, default=100
        Rounds of communication for each class.
    patience : int, default=5
        COMRADE rests after so many steps without progress.
    sharding : {"partition", "with-replacement"}, default="partition"
        How samples are dealt to workers.
    seed : int, default=1
        Names every random number.
    attack : str, default=None
        What liars do, for simulations; see `comrade.problem`.
    liars : float, default=0.2
        Fraction of the workers that lie, if there is an attack.
    warm_start : bool, default=False
        Whether `fit` starts from the coefficients of the last one.
    callback : callable, default=None
        Called after every step with a dict: class_index, phase, iteration, round, size, step, kept, trimmed, missing, bytes_up,
        bytes_down. Ends the training by returning something true.
    checkpoint : path, default=None
        A file that is written after every step, and removed when `fit` is done. Where it is there, `fit` goes on from it, given
        the same data and parameters.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    coef_ : ndarray of shape (1, n_features) or (n_classes, n_features)
    intercept_ : ndarray of shape (1,) or (n_classes,)
    n_features_in_ : int
    n_iter_ : ndarray of shape (1,) or (n_classes,)
        Steps taken.
    n_rounds_ : ndarray of shape (1,) or (n_classes,)
        Rounds of communication.
    stop_ : list of str
        Why each training ended: "converged", "floor" (COMRADE has come to rest), "rounds", "diverged" or "callback".
    bytes_up_, bytes_down_ : int
        Bytes from and to the workers, of all trainings.

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> import comrade
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> model = make_pipeline(StandardScaler(), comrade.LogisticRegression(n_workers=4, polish="giant"))
    >>> bool(model.fit(X, y).score(X, y) > 0.98)
    True
    """

    def __init__(
        self,
        n_workers=1,
        *,
        trim=0.0,
        lam=1e-3,
        compressor="identity",
        cluster=None,
        polish=None,
        fit_intercept=True,
        class_weight=None,
        step=1.0,
        line_search=False,
        tol=5e-6,
        max_rounds=100,
        patience=5,
        sharding="partition",
        seed=1,
        attack=None,
        liars=0.2,
        warm_start=False,
        callback=None,
        checkpoint=None,
    ):
        self.n_workers = n_workers
        self.trim = trim
        self.lam = lam
        self.compressor = compressor
        self.cluster = cluster
        self.polish = polish
        self.fit_intercept = fit_intercept
        self.class_weight = class_weight
        self.step = step
        self.line_search = line_search
        self.tol = tol
        self.max_rounds = max_rounds
        self.patience = patience
        self.sharding = sharding
        self.seed = seed
        self.attack = attack
        self.liars = liars
        self.warm_start = warm_start
        self.callback = callback
        self.checkpoint = checkpoint

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def fit(self, X, y, sample_weight=None):
        """Fits the model.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
        y : array of shape (n_samples,)
        sample_weight : array of shape (n_samples,), default=None
            What each sample counts for; a weight of 2 is the sample twice.

        Returns
        -------
        self
        """
        X, y = validate_data(self, X, y, accept_sparse="csr", dtype=np.float64, order="C")
        check_classification_targets(y)
        check_workers(self.n_workers)
        classes, codes = np.unique(y, return_inverse=True)
        if len(classes) < 2:
            raise ValueError(f"the data hold one class only: every label is {classes[0]!r}")
        if sparse.issparse(X) and not X.has_canonical_format:
            X = X.copy()
            X.sum_duplicates()
        weights = self._weights(X, y, sample_weight)
        return self._train((X, codes.astype(np.int64, copy=False), weights), classes)

    def fit_libsvm(self, path, n_features=None):
        """Fits the model to a LIBSVM file of two classes, plain or gzip.

        On a cluster every worker reads the file itself, so it must be under the same path for all of them; the samples never
        pass through this process.

        Parameters
        ----------
        path : path
        n_features : int, default=None
            d; by default the largest index in the file.

        Returns
        -------
        self
        """
        if self.class_weight is not None:
            raise ValueError("class_weight is not available for files")
        return self._train((os.path.abspath(path), n_features), None)

    def _weights(self, X, y, sample_weight):
        """The weights of the samples, of mean 1, or None where all are 1."""
        if sample_weight is None and self.class_weight is None:
            return None
        weights = _check_sample_weight(sample_weight, X, dtype=np.float64, ensure_non_negative=True)
        if self.class_weight is not None:
            weights = weights * compute_sample_weight(self.class_weight, y)
        total = weights.sum()
        if not total > 0:
            raise ValueError("the sample weights are all zero")
        return weights * (len(weights) / total)

    def _train(self, source, classes):
        described = problem(
            self.n_workers,
            lam=self.lam,
            intercept=self.fit_intercept,
            compressor=self.compressor,
            sharding=self.sharding,
            seed=self.seed,
            attack=self.attack,
            liars=self.liars,
        )
        n_samples = source[0].shape[0] if classes is not None else None
        if n_samples is not None and n_samples < self.n_workers:
            raise ValueError(f"{n_samples} sample(s) cannot be dealt to {self.n_workers} workers: each needs one at least")
        with self._start(described, source) as workers:
            if classes is None:
                classes = np.array([int(c) if float(c).is_integer() else c for c in workers.classes])
                self.n_features_in_ = workers.dimension - int(self.fit_intercept)
            self.classes_ = classes
            # Of two classes one training tells the second from the first.
            positives = [1] if len(classes) == 2 else list(range(len(classes)))
            kept = Checkpoint(self.checkpoint, self._fingerprint(described, source, workers, classes))
            centers, stops = [], []
            for index, positive in enumerate(positives):
                center = self._center(workers.dimension, positive, index)
                stop = kept.stop(index, center)
                if stop is None:
                    watch = self._watch(index, kept)
                    stop = center.train(workers, watch, with_state=self.checkpoint is not None) or "callback"
                    kept.add(center, stop)
                stops.append(stop)
                centers.append(center)
            kept.remove()
        self._take(centers, stops)
        return self

    @contextlib.contextmanager
    def _start(self, described, source):
        if self.cluster is None:
            yield InProcess(described, source)
            return
        cluster = self.cluster
        if isinstance(cluster, str):
            if cluster != "ray":
                raise ValueError(f"unknown cluster {cluster!r}: use None, 'ray' or a RayCluster")
            from .ray import RayCluster

            cluster = RayCluster()
        with cluster.start(described, source, trim=self.trim) as workers:
            yield workers

    def _center(self, dimension, positive, index):
        start = None
        if self.warm_start and hasattr(self, "coef_") and self.coef_.shape[1] == self.n_features_in_:
            if index < len(self.coef_):
                own = [self.coef_[index]] + ([self.intercept_[index : index + 1]] if self.fit_intercept else [])
                start = np.ascontiguousarray(np.concatenate(own), dtype=np.float64)
        return Center(
            int(self.n_workers),
            dimension,
            trim=self.trim,
            compressor=self.compressor,
            step=self.step,
            line_search=bool(self.line_search),
            tol=self.tol,
            max_rounds=self.max_rounds,
            patience=self.patience,
            polish=self.polish,
            run=positive,
            start=start,
        )

    def _watch(self, index, kept):
        """What is called after every step, or None."""
        if self.callback is None and self.checkpoint is None:
            return None

        def watch(seen):
            if self.checkpoint is not None:
                kept.write(seen.pop("state"))
            if self.callback is not None:
                return self.callback({"class_index": index, **seen})
            return False

        return watch

    def _fingerprint(self, described, source, workers, classes):
        """What a checkpoint must agree in to be of this training."""
        steps = {name: getattr(self, name) for name in ("trim", "polish", "step", "line_search", "tol", "patience")}
        if self.checkpoint is None:
            content = None
        elif len(source) == 2:
            content = str(source[0])
        else:
            # What has the same shape is told apart by its sums.
            x, codes, weights = source
            content = [float(x.sum()), np.bincount(codes).tolist(), None if weights is None else float(weights @ codes)]
        return {
            **described,
            **steps,
            "content": content,
            "rows": int(workers.rows),
            "dimension": int(workers.dimension),
            "classes": [str(label) for label in classes],
        }

    def _take(self, centers, stops):
        w = np.array([center.best for center in centers])
        split = w.shape[1] - int(self.fit_intercept)
        self.coef_ = w[:, :split].copy()
        self.intercept_ = w[:, split].copy() if self.fit_intercept else np.zeros(len(w))
        self.n_iter_ = np.array([center.iterations for center in centers], dtype=np.int64)
        self.n_rounds_ = np.array([center.rounds for center in centers], dtype=np.int64)
        self.bytes_up_ = sum(center.bytes_up for center in centers)
        self.bytes_down_ = sum(center.bytes_down for center in centers)
        self.stop_ = stops
        for stop, advice in (
            ("rounds", "all rounds are played; more with max_rounds"),
            ("diverged", "the directions are no finite numbers any more; more trim, line_search=True or a smaller step"),
        ):
            if stop in stops:
                warnings.warn(f"not converged: {advice}", ConvergenceWarning, stacklevel=3)

    def decision_function(self, X):
        """x'w + b of every sample: of shape (n_samples,), or (n_samples, n_classes) for more than two classes."""
        check_is_fitted(self)
        X = validate_data(self, X, accept_sparse="csr", dtype=np.float64, reset=False)
        scores = np.asarray(X @ self.coef_.T) + self.intercept_
        return scores.ravel() if len(self.classes_) == 2 else scores

    def predict(self, X):
        """The class of every sample, of shape (n_samples,)."""
        scores = self.decision_function(X)
        if scores.ndim == 1:
            return self.classes_[(scores > 0).astype(np.int64)]
        return self.classes_[scores.argmax(axis=1)]

    def predict_proba(self, X):
        """Probabilities, of shape (n_samples, n_classes); for more than two classes each against all others, normalised."""
        scores = self.decision_function(X)
        if scores.ndim == 1:
            p = expit(scores)
            return np.column_stack([1 - p, p])
        p = expit(scores)
        total = p.sum(axis=1, keepdims=True)
        # Where every class is impossible none is likelier.
        return np.where(total > 0, p / np.where(total > 0, total, 1), 1 / p.shape[1])

    def predict_log_proba(self, X):
        """Logarithms of `predict_proba`."""
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))


class Checkpoint:
    """The states of all trainings of a fit, in a file that is written whole or not at all; nothing without a path."""

    def __init__(self, path, fingerprint):
        self.path = path
        self.content = {"kind": "comrade-fit", "schema": 1, "fingerprint": fingerprint, "done": [], "now": None}
        if path is None or not os.path.exists(path):
            return
        try:
            with open(path, encoding="utf-8") as file:
                content = json.load(file)
            known = content["kind"], content["schema"]
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path}: damaged, or not a checkpoint: {error}") from None
        if known != ("comrade-fit", 1):
            raise ValueError(f"{path}: not a checkpoint of this version")
        if content.get("fingerprint") != fingerprint:
            raise ValueError(f"{path}: it is of a fit with other data or parameters")
        self.content = content

    def stop(self, index, center):
        """How this training ended, if it did; what is known of it goes into its center."""
        done, now = self.content["done"], self.content["now"]
        if index < len(done):
            center.state = json.dumps(done[index]["state"]).encode()
            return done[index]["stop"]
        if index == len(done) and now is not None:
            center.state = json.dumps(now).encode()
        return None

    def write(self, state):
        self.content["now"] = json.loads(state)
        self._put()

    def add(self, center, stop):
        if self.path is not None:
            self.content["done"].append({"state": json.loads(center.state), "stop": stop})
            self.content["now"] = None
            self._put()

    def remove(self):
        if self.path is not None and os.path.exists(self.path):
            os.remove(self.path)

    def _put(self):
        folder = os.path.dirname(os.path.abspath(self.path))
        handle, name = tempfile.mkstemp(prefix=".comrade-", dir=folder)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(self.content, file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, self.path)
        except BaseException:
            os.unlink(name)
            raise
