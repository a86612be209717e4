"""`LogisticRegression`: the solver with the conventions of scikit-learn."""

import contextlib
import os
import warnings

import numpy as np
from scipy import sparse
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from ._checkpoint import Checkpoint, digest
from ._comrade import SILENT, Center, InProcess, occurring, weights_of
from ._own import OwnSamples
from ._part import Own, Threads
from ._problem import check_workers, counted, overrunning, problem
from ._progress import Progress, suspects

# The rules that drop an answer only if it is unlike the others.
_FILTERS = ("published", "filter")
# What may become of an answer.
_FATES = ("answered", "trimmed", "late", "unusable")


class LogisticRegression(ClassifierMixin, OwnSamples, BaseEstimator):
    """L2-regularised logistic regression on workers that hold the samples and send what they know of f, and says how exact it is.

    It minimises f(w) = (1/n) sum_j c_j log(1 + exp(-y_j (x_j'w + b))) + (lam/2) ||w||^2, where c_j are the sample weights,
    scaled to mean 1, and the intercept b is not penalised. With `lam = 1 / (n C)` that is the problem of scikit-learn's
    `LogisticRegression(C=C)`.

    If nobody is assumed to lie, `fit` finds the minimiser however the samples are dealt, or warns that it did not. If some are
    (``trim``), the coefficients rest at some distance from it that the liars can hide, and ``floor_`` says what is known of it.
    Several classes are told one from all others.

    Parameters
    ----------
    n_workers : int, default=1
        Workers m, each of which needs a sample at least.
    method : {"auto", "lazy-newton", "newton", "comrade", "giant", "gradient-descent"}, default="auto"
        ``newton`` is for one worker in this process, ``lazy-newton`` for any number of them, with one round per step;
        ``auto`` takes the first where that is possible. ``comrade`` is the method of the paper with full steps: it
        comes to rest at some distance from the minimiser. ``giant`` takes two rounds per step, ``gradient-descent``
        one, and many steps.
    trim : float, default=0.0
        Fraction beta of the workers that are bad, which is to lie, or to be dead or late, in [0, 1/2): round(beta m) of them are
        survived. An honest worker that is missing counts as dropped, and then fewer liars than that are survived.
    stragglers : float, default=0.0
        Fraction sigma of the workers that are honest but may be dead or late, in [0, 1): round(sigma m) of those
        who are missing take no trim. 2 trim + stragglers must be below 1. What it promises: `comrade::aggregate::Budget`. Without
        ``trim`` only the first steps are taken without them: to come near the minimiser of all samples lazy-newton then waits for
        everybody until the deadline, and a fit without someone ends as "floor", never as "converged". All but round(beta m)
        workers must start.
    rule : str, default="published"
        How answers are taken together if some may be lies: as the method was published; in the metric of a Hessian by a
        ``filter`` (how lazy-newton was published), by nearest-neighbour ``mixing``, or by ``norm`` trimming; or, for comrade, giant
        and gradient-descent, by Euclidean distances: ``trimmed-mean``, ``median``, ``geometric-median``, ``krum``, ``multi-krum``,
        or after mixing ``nnm:trimmed-mean``, ``nnm:median``, ``nnm:geometric-median``, ``nnm:krum``, ``nnm:multi-krum``.
    lam : float, default=1e-3
        Weight lambda of the ridge term, above 0.
    compressor : str, default="identity"
        How workers encode the directions of comrade and giant: ``identity``, ``top-k:K``, ``random-k:K``, ``sign``, ``qsgd:LEVELS``.
    cluster : None, "ray" or comrade.ray.RayCluster, default=None
        Where the workers are: threads of this process, or actors of a Ray cluster. The same configuration gives the same
        coefficients, to the last bit on one kind of processor; ``newton`` is for this process only.
    fit_intercept : bool, default=True
        Whether there is an intercept b.
    class_weight : dict, "balanced" or None, default=None
        Weights of classes, multiplied with those of samples.
    step : float, default=1.0
        Step size gamma of comrade, giant and gradient-descent.
    tol : float, default=1e-10
        Converged is where the norm of the gradient is at most this share of that at w = 0, wherever a fit starts. newton and
        lazy-newton also wait until f - f*, as their model of f estimates it, is at most a tenth of tol relative to f.
    max_rounds : int, default=100
        Rounds of communication for each class.
    sharding : {"partition", "with-replacement"}, default="partition"
        How samples are dealt to workers.
    seed : int, default=1
        Names every random number.
    attack : str, default=None
        What liars do, for simulations; see `comrade.problem`.
    liars : float, default=0.2
        Fraction of the workers that lie, if there is an attack.
    warm_start : bool, default=False
        Whether `fit` starts from the coefficients of the last one, if f is lower there than at 0.
    callback : callable, default=None
        Called after every step, or trial of one, with a dict: class_index, and what `Center.train` shows. Ends the training by
        returning something true.
    checkpoint : path, default=None
        A file that is written after steps, as often as a tenth of the time allows, and removed when `fit` is done. Where it is
        there, `fit` goes on from it, given the same samples, which it knows by a digest, and parameters.
    verbose : int, default=0
        With 1 every step is shown, with f, the norm of the gradient and the workers that are missing: in a bar of ``tqdm``, in a
        terminal or a notebook, or without that package as a line on standard error. The logger "comrade" has the lines always,
        at the level INFO.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    coef_ : ndarray of shape (1, n_features) or (n_classes, n_features)
    intercept_ : ndarray of shape (1,) or (n_classes,)
    n_features_in_ : int
    converged_ : bool
        Whether every training run found its minimiser: f and its gradient came from all workers, nothing was trimmed,
        and the gradient is as short as `tol` says. Always False where some may lie.
    stop_ : list of str
        How each training run ended: "converged", "floor" (at rest, and not known to be at the minimiser), "stalled"
        (rounding hides whether it is there), "believed" (more workers lie than are assumed to), "rounds", "diverged" or
        "callback". What is neither "converged" nor, with ``trim``, a "floor" below f(0), comes with a
        ConvergenceWarning.
    objective_, gradient_norm_ : ndarray of shape (1,) or (n_classes,)
        f and the norm of its gradient at the coefficients, as the workers told them. f is never above that at w = 0.
    bound_ : ndarray of shape (1,) or (n_classes,), or None
        ||g||^2 / (2 lam), above f - f* for sure; None if there is no bound: with an intercept, or where some may lie.
    floor_ : list of dict, or None
        With ``trim``, for each training run what liars can hide, in f - f*: ``unavoidable`` for any method,
        ``estimate`` for this one (an upper estimate), and ``spread``, how far apart honest gradients are; None of a
        training run where that is not known.
    n_iter_ : ndarray of shape (1,) or (n_classes,)
        Steps taken; the exact minimiser of one worker is one step.
    n_rounds_ : ndarray of shape (1,) or (n_classes,)
        Rounds of communication.
    bytes_up_, bytes_down_ : int
        Bytes from and to the workers, of all training runs.
    worker_report_ : list of dict
        Of each worker, after how many steps, or trials of one, its answer counted (``answered``), was left out (``trimmed``),
        had not come (``late``), or was none (``unusable``: its process had died, or it sent what is no answer). If lazy-newton
        left out the answers of one by its filter far more often than chance would have it, a UserWarning says so. Chance is that
        each step leaves out the same share of its answers at random: a one-sided binomial test of each worker at the level 0.001
        over m. Who is left out so often lies, or has samples unlike those of the others, as honest workers have by themselves
        where they are given few samples for their features. Rules that leave out as many in every step, whoever they are, say
        nothing about liars, and give no such warning.

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> import comrade
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> model = make_pipeline(StandardScaler(), comrade.LogisticRegression(n_workers=4)).fit(X, y)
    >>> model[-1].converged_, bool(model.score(X, y) > 0.98)
    (True, True)
    """

    def __init__(
        self,
        n_workers=1,
        *,
        method="auto",
        trim=0.0,
        stragglers=0.0,
        rule="published",
        lam=1e-3,
        compressor="identity",
        cluster=None,
        fit_intercept=True,
        class_weight=None,
        step=1.0,
        tol=1e-10,
        max_rounds=100,
        sharding="partition",
        seed=1,
        attack=None,
        liars=0.2,
        warm_start=False,
        callback=None,
        checkpoint=None,
        verbose=0,
    ):
        self.n_workers = n_workers
        self.method = method
        self.trim = trim
        self.stragglers = stragglers
        self.rule = rule
        self.lam = lam
        self.compressor = compressor
        self.cluster = cluster
        self.fit_intercept = fit_intercept
        self.class_weight = class_weight
        self.step = step
        self.tol = tol
        self.max_rounds = max_rounds
        self.sharding = sharding
        self.seed = seed
        self.attack = attack
        self.liars = liars
        self.warm_start = warm_start
        self.callback = callback
        self.checkpoint = checkpoint
        self.verbose = verbose

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
            raise ValueError(f"the data hold one class only: every label is {classes.tolist()[0]!r}")
        if sparse.issparse(X) and not X.has_canonical_format:
            X = X.copy()
            X.sum_duplicates()
        weights = self._weights(X, y, sample_weight, classes, codes)
        # What is in no row has the coefficient 0, and is no matter of the training.
        X, columns = _occurring(X) if sparse.issparse(X) else (X, None)
        return self._train((X, codes.astype(np.int64, copy=False), weights), classes, columns)

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

    def _weights(self, X, y, sample_weight, classes, codes):
        """The weights of the samples, of mean 1, or None if all are 1."""
        if sample_weight is None and self.class_weight is None:
            return None
        factors = [_check_sample_weight(sample_weight, X, dtype=np.float64)]
        if self.class_weight is not None:
            factors.append(np.asarray(compute_sample_weight(self.class_weight, y), dtype=np.float64))
        return weights_of(factors, codes, [repr(label) for label in classes.tolist()])

    def _train(self, source, classes, columns=None):
        described = problem(
            len(source.entries) if isinstance(source, Own) else self.n_workers,
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
                classes = np.array([int(c) if isinstance(c, float) and c.is_integer() else c for c in workers.classes])
                self.n_features_in_, columns = workers.features, workers.columns
                self._name_features(getattr(workers, "names", None))
            self.classes_ = classes
            # With two classes, one training run tells the second from the first.
            positives = [1] if len(classes) == 2 else list(range(len(classes)))
            starts = [self._warm(index, columns) for index in range(len(positives))]
            coef = _zeros(len(positives), self.n_features_in_)
            kept = Checkpoint(self.checkpoint, self._fingerprint(described, source, columns, workers, starts))
            self.worker_report_ = [dict.fromkeys(_FATES, 0) for _ in range(workers.workers)]
            centers, outcomes = [], []
            for index, (positive, start) in enumerate(zip(positives, starts, strict=True)):
                center = self._center(described, workers.dimension, positive, start, self.max_rounds)
                if kept.resume(index, center):
                    # The callback has ended it: what is known is told without another round.
                    center = self._center(described, workers.dimension, positive, start, 0)
                    kept.resume(index, center)
                name = f"class {classes[positive]}" if len(positives) > 1 else ""
                try:
                    with Progress(name, self.verbose) as progress:
                        watch = self._watch(index, kept, workers, progress)
                        outcome = center.train(workers, watch, with_state=kept.due)
                except BaseException:
                    kept.write(index, center.state)
                    raise
                kept.write(index, center.state, callback=outcome["end"] == "watch")
                outcomes.append(outcome)
                centers.append(center)
            kept.remove()
        self._take(centers, outcomes, described)
        coef[:, slice(None) if columns is None else columns.astype(np.int64)] = self.coef_
        self.coef_ = coef
        return self

    @contextlib.contextmanager
    def _start(self, described, source):
        if self.cluster is None:
            if not isinstance(source, Own):
                yield InProcess(described, source)
                return
            with contextlib.closing(Threads(described, source, counted(self.trim, described["workers"]))) as workers:
                yield workers
            return
        cluster = self.cluster
        if isinstance(cluster, str):
            if cluster != "ray":
                raise ValueError(f"unknown cluster {cluster!r}: use None, 'ray' or a RayCluster")
            from .ray import RayCluster

            cluster = RayCluster()
        with cluster.start(described, source, trim=self.trim) as workers:
            yield workers

    def _warm(self, index, columns):
        """Where the training of this class starts: where the last fit ended, or None."""
        fits = self.warm_start and hasattr(self, "coef_") and self.coef_.shape[1] == self.n_features_in_
        if not fits or index >= len(self.coef_):
            return None
        coef = self.coef_[index] if columns is None else self.coef_[index, columns.astype(np.int64)]
        own = [coef] + ([self.intercept_[index : index + 1]] if self.fit_intercept else [])
        return np.ascontiguousarray(np.concatenate(own), dtype=np.float64)

    def _center(self, described, dimension, positive, start, max_rounds):
        return Center(
            described,
            dimension,
            method=self.method,
            trim=self.trim,
            stragglers=self.stragglers,
            rule=self.rule,
            step=self.step,
            tol=self.tol,
            max_rounds=max_rounds,
            run=positive,
            start=start,
        )

    def _watch(self, index, kept, workers, progress):
        """What is called after every step."""

        def watch(seen):
            counted, late = set(seen["kept"]), getattr(workers, "late", ())
            for worker, report in enumerate(self.worker_report_):
                why = seen["missing"].get(worker)
                if why is None:
                    report["answered" if worker in counted else "trimmed"] += 1
                else:
                    report["late" if worker in late or why == SILENT else "unusable"] += 1
            kept.write(index, seen.pop("state", None))
            progress.show(seen)
            return self.callback is not None and self.callback({"class_index": index, **seen})

        return watch

    def _fingerprint(self, described, source, columns, workers, starts):
        """What a checkpoint must agree in to be of this fit."""
        if self.checkpoint is None:
            return None
        # Files are read where the workers are.
        remote = isinstance(source, Own) or self.cluster is not None and len(source) == 2
        return {
            **described,
            **{name: getattr(self, name) for name in ("method", "trim", "stragglers", "rule", "step", "tol")},
            "samples": workers.digest() if remote else digest(source, columns),
            "features": int(self.n_features_in_),
            "start": [None if start is None else start.tolist() for start in starts],
            "rows": int(workers.rows),
            "dimension": int(workers.dimension),
            "classes": [str(label) for label in self.classes_],
        }

    def _take(self, centers, outcomes, described):
        w = np.array([outcome["w"] for outcome in outcomes])
        split = w.shape[1] - int(self.fit_intercept)
        self.coef_ = w[:, :split].copy()
        self.intercept_ = w[:, split].copy() if self.fit_intercept else np.zeros(len(w))
        self.n_iter_ = np.array([center.iterations for center in centers], dtype=np.int64)
        self.n_rounds_ = np.array([center.rounds for center in centers], dtype=np.int64)
        self.bytes_up_ = sum(center.bytes_up for center in centers)
        self.bytes_down_ = sum(center.bytes_down for center in centers)
        self.stop_ = ["callback" if outcome["end"] == "watch" else outcome["end"] for outcome in outcomes]
        allowed = counted(self.trim, described["workers"])
        trimmed, overrun = allowed > 0, overrunning(described, allowed)
        if overrun:
            self.stop_ = ["believed" if stop == "converged" else stop for stop in self.stop_]
        self.converged_ = all(stop == "converged" for stop in self.stop_)
        self.objective_, self.gradient_norm_, bounds = (
            np.array([np.nan if outcome[name] is None else outcome[name] for outcome in outcomes])
            for name in ("objective", "gradient_norm", "bound")
        )
        self.bound_ = None if np.isnan(bounds).any() else bounds
        self.floor_ = [outcome["floor"] for outcome in outcomes] if trimmed else None
        said = []
        for center, outcome, stop in zip(centers, outcomes, self.stop_, strict=True):
            if stop == "floor" and trimmed and outcome["first_gradient_norm"]:
                stop = "floor" if outcome["objective"] < outcome["first_objective"] else "unmoved"
            if stop == "floor" and not trimmed and center.method != "comrade":
                stop = "partial"
            if overrun:
                said.append(overrun)
            elif stop != "converged" and not (trimmed and stop == "floor"):
                said.append(_advice(center, outcome, stop, self.tol))
        if said:
            which = f"{len(said)} of {len(w)} training runs have not converged" if len(w) > 1 else "not converged"
            warnings.warn(f"{which}: {said[0]}", ConvergenceWarning, stacklevel=4)
        if centers[0].method == "lazy-newton" and self.rule in _FILTERS:
            if told := suspects(self.worker_report_):
                warnings.warn(told, UserWarning, stacklevel=4)

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


def _occurring(X):
    """A CSR matrix by the columns that occur in it, and which these are; the same matrix and None if all do."""
    found = occurring(X.indices, X.shape[1])
    if found is None:
        return X, None
    columns, indices = found
    return sparse.csr_matrix((X.data, indices, X.indptr), shape=(X.shape[0], len(columns))), columns


def _zeros(rows, features):
    """Room for `coef_`, before a training run whose result would not fit; a page that nobody writes to takes no memory."""
    try:
        return np.zeros((rows, features))
    except (MemoryError, ValueError) as error:
        raise MemoryError(
            f"coef_ is a dense array, as scikit-learn has it, and {rows} x {features} numbers do not fit into memory: give the "
            "features that occur new numbers"
        ) from error


def _advice(center, outcome, stop, tol):
    """What happened to a training run that has not converged, and what to do, in a sentence."""
    gradient, first = outcome["gradient_norm"], outcome["first_gradient_norm"]
    if gradient is None or not first:
        left = "no gradient is known"
    else:
        left = f"the gradient is {gradient / first:.1e} of that at w = 0, and tol={tol:.1e} was asked for"
        if outcome["objective"] >= outcome["first_objective"]:
            left += ", and f is not below that of coefficients 0"
    scale = "scale the features (sklearn.preprocessing.StandardScaler)"
    small = first and gradient is not None and gradient <= tol * first
    hidden, spent = "f may be lower where its curvature is lost in rounding", "no step lowers f by more than rounding"
    stalled = hidden if small else spent
    method = center.method
    other = "" if method in ("newton", "lazy-newton") else "method='auto', "
    return {
        "rounds": f"all {center.rounds} rounds are played and {left}; {scale}, or take {other}more max_rounds or a larger lam",
        "stalled": f"{stalled}, and {left}; {scale}, or take a larger tol or lam",
        "unmoved": "nothing is learnt, f is still that of coefficients 0: the samples of workers differ so much that those who may lie "
        "could hide the whole gradient; take fewer workers, so that each has more samples, or less trim",
        "partial": f"workers were missing where it ended, so that this is the minimiser of the others' samples, where {left}; "
        "fit again when all of them answer",
        "floor": f"{method} rests at its error floor, where {left}; take method='auto', which finds the minimiser",
        "diverged": f"{method} came to where f is too high or not finite, and coef_ is the best it met, where {left}; "
        f"{scale}, or take {other}a smaller step or more trim",
        "callback": f"the callback ended the training where {left}",
    }[stop]
