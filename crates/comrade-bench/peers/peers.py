"""Other people's code, run for comparison: one request a line of JSON on standard input, one answer a line on standard
output. `cargo xtask bench --against peers` starts it, and judges itself what comes back; only times are taken here.

Every solver minimises (1/n) sum_j log(1 + exp(-y_j x_j'w)) + (lambda/2) ||w||^2 without an intercept, and gets X in the
form it is fastest with, made before the clock starts. The number of threads is set by the caller's environment.
"""

import json
import os
import sys
import time
import warnings
from importlib import metadata

import numpy as np
from scipy import sparse
from scipy.linalg import blas, cho_factor, cho_solve

warnings.filterwarnings("ignore")


def seconds(work, repeat=1):
    """How long one run of `work` takes, the mean of `repeat` runs, and what the last one gave."""
    start = time.perf_counter()
    for _ in range(repeat):
        result = work()
    return (time.perf_counter() - start) / repeat, result


class Data:
    """X, CSR or C-contiguous, and y, as the caller wrote them."""

    def __init__(self, rows, cols, folder, dense):
        def array(name, kind):
            return np.fromfile(os.path.join(folder, name), dtype=kind)

        self.rows, self.cols = rows, cols
        self.y = array("labels", np.float64)
        if dense:
            self.x = array("values", np.float64).reshape(rows, cols)
        else:
            parts = array("values", np.float64), array("indices", np.int32), array("offsets", np.int32)
            self.x = sparse.csr_matrix(parts, shape=(rows, cols))

    def dense(self):
        return self.x.toarray() if sparse.issparse(self.x) else self.x


class Gram:
    """X'DX by OpenBLAS: blocks of rows scaled by D^(1/2) into a buffer, and a symmetric rank-k update for each.

    How many rows a block has is found by trying, unless there is but one choice."""

    def __init__(self, x):
        rows, cols = x.shape
        self.x, self.update = x, blas.dsyrk if x.dtype == np.float64 else blas.ssyrk
        self.gram = np.zeros((cols, cols), dtype=x.dtype, order="F")
        sizes = sorted({min(size, rows) for size in (128, 512, 2048, 8192)})
        weights = np.full(rows, 0.25, dtype=x.dtype)
        timed = []
        for self.block in sizes:
            self.buffer = np.empty((self.block, cols), dtype=x.dtype)
            if len(sizes) > 1:
                self.of(weights)
                timed.append((seconds(lambda: self.of(weights))[0], self.block))
        self.block = min(timed)[1] if timed else sizes[0]
        self.buffer = np.empty((self.block, cols), dtype=x.dtype)

    def of(self, weights):
        """X'DX for D = diag(weights), upper triangle."""
        roots, scale = np.sqrt(weights)[:, None], 0.0
        for start in range(0, len(roots), self.block):
            part = self.x[start : start + self.block]
            scaled = np.multiply(part, roots[start : start + self.block], out=self.buffer[: len(part)])
            self.gram = self.update(1.0, scaled.T, beta=scale, c=self.gram, overwrite_c=1)
            scale = 1.0
        return self.gram


def logistic(x, y, w, rate):
    """The gradient, the curvatures of H over n, and the value, from one product with X and one with X'."""
    n = len(y)
    t = y * (x @ w)
    e = np.exp(-np.abs(t))
    small = e / (1 + e)
    wrong = np.where(t >= 0, small, 1 / (1 + e))
    g = x.T @ (-y * wrong) / n + rate * w
    value = np.sum(np.maximum(-t, 0) + np.log1p(e)) / n + 0.5 * rate * (w @ w)
    return g, small / (1 + e) / n, value


def direction(gram, g, curvatures, rate):
    h = gram.of(curvatures)
    h[np.diag_indices_from(h)] += rate
    return cho_solve(cho_factor(h, lower=False, check_finite=False), g, check_finite=False)


class NumPyNewton:
    """Damped Newton as one would write it well in NumPy; `tolerance` is the relative gradient norm."""

    def __init__(self, data):
        self.x, self.y = data.dense(), data.y
        self.gram = Gram(self.x)

    def solve(self, rate, tolerance):
        w = np.zeros(self.x.shape[1])
        g, curvatures, value = logistic(self.x, self.y, w, rate)
        goal = tolerance * np.linalg.norm(g)
        for _ in range(50):
            if np.linalg.norm(g) <= goal:
                break
            p, step = direction(self.gram, g, curvatures, rate), 1.0
            while step > 1e-6:
                new = logistic(self.x, self.y, w - step * p, rate)
                if np.linalg.norm(new[0]) < 0.5 * np.linalg.norm(g) or new[2] <= value - 1e-4 * step * (g @ p):
                    break
                step /= 2
            w, (g, curvatures, value) = w - step * p, new
        return w


class ScikitLearn:
    def __init__(self, data, solver):
        from sklearn.linear_model import LogisticRegression

        self.make, self.solver, self.x, self.y = LogisticRegression, solver, data.x, data.y

    def solve(self, rate, tolerance):
        c = 1 / (len(self.y) * rate)
        model = self.make(C=c, solver=self.solver, tol=tolerance, max_iter=20_000, fit_intercept=False)
        return model.fit(self.x, self.y).coef_.ravel()


class Liblinear:
    """One of its solvers, by number: 0 is the primal trust-region Newton method, 7 dual coordinate descent. It has no threads."""

    def __init__(self, data, solver):
        from liblinear import liblinear, liblinearutil

        x = data.x if sparse.issparse(data.x) else sparse.csr_matrix(data.x)
        self.problem, self.cols = liblinear.problem(data.y, x), data.cols
        self.parameter, self.train, self.solver = liblinear.parameter, liblinearutil.train, solver

    def solve(self, rate, tolerance):
        c = 1 / (self.problem.l * rate)
        model = self.train(self.problem, self.parameter(f"-s {self.solver} -c {c!r} -e {tolerance!r} -q"))
        return np.array(model.w[: self.cols]) * model.label[0]


class SnapML:
    """Dual coordinate descent; the matrix is handed over in single precision, which is what it computes in."""

    def __init__(self, data):
        from snapml import LogisticRegression

        self.make, self.y = LogisticRegression, data.y
        self.x = data.x if sparse.issparse(data.x) else data.x.astype(np.float32)
        self.threads = int(os.environ.get("OMP_NUM_THREADS", "1"))

    def solve(self, rate, tolerance):
        model = self.make(
            dual=True, regularizer=rate * len(self.y), tol=tolerance, max_iter=5000, n_jobs=self.threads, random_state=1
        )
        return np.ravel(model.fit(self.x, self.y).coef_)


SOLVERS = {
    "newton-cholesky": lambda data: ScikitLearn(data, "newton-cholesky"),
    "newton-cg": lambda data: ScikitLearn(data, "newton-cg"),
    "lbfgs": lambda data: ScikitLearn(data, "lbfgs"),
    "liblinear": lambda data: Liblinear(data, 0),
    "liblinear-dual": lambda data: Liblinear(data, 7),
    "snapml": SnapML,
    "numpy": NumPyNewton,
}


class Solve:
    """A whole solve, at the tolerance asked for."""

    def __init__(self, data, peer):
        self.peer = SOLVERS[peer](data)

    def run(self, rate, tolerance):
        # The tolerance is text, so that it is the number nearest to a power of ten.
        return seconds(lambda: self.peer.solve(rate, float(tolerance)))


class Estimator:
    """A whole `fit`, as a user calls it: of this project's estimator, or of scikit-learn's with one of its solvers."""

    def __init__(self, data, peer):
        self.x, self.y = data.x, data.y
        if peer == "comrade":
            from comrade import LogisticRegression

            self.model = lambda rate, tolerance: LogisticRegression(lam=rate, tol=tolerance, fit_intercept=False)
        else:
            from sklearn.linear_model import LogisticRegression

            def model(rate, tolerance):
                c = 1 / (len(self.y) * rate)
                return LogisticRegression(C=c, solver=peer, tol=tolerance, max_iter=20_000, fit_intercept=False)

            self.model = model

    def run(self, rate, tolerance):
        return seconds(lambda: self.model(rate, float(tolerance)).fit(self.x, self.y).coef_.ravel())


class Round:
    """One round of m workers on a partition of the rows: the mean of H_i^{-1} g_i."""

    def __init__(self, data, folder, workers):
        order = np.fromfile(os.path.join(folder, "order"), dtype=np.int64)
        x, n = data.dense(), data.rows
        cuts = [order[i * n // workers : (i + 1) * n // workers] for i in range(workers)]
        self.shards = [(Gram(np.ascontiguousarray(x[rows])), data.y[rows]) for rows in cuts]

    def run(self, w, rate, repeat):
        w = np.array(w)

        def work():
            total = np.zeros_like(w)
            for gram, y in self.shards:
                g, curvatures, _ = logistic(gram.x, y, w, rate)
                total += direction(gram, g, curvatures, rate)
            return total / len(self.shards)

        return seconds(work, repeat)


class Aggregate:
    """A rule of aggregation for `liars` of the m rows, as one would write it well in NumPy."""

    def __init__(self, data, rule, mixing, liars):
        fuse, v = getattr(self, rule.lower().replace("-", "_").replace(" ", "_")), data.x
        self.keep = len(v) - liars
        self.work = (lambda: fuse(self.mixed(v))) if mixing else (lambda: fuse(v))

    def run(self, repeat):
        return seconds(self.work, repeat)

    def weighted(self, v, chosen):
        """The mean of these rows, as a product with weights, which copies nothing."""
        weights = np.zeros(len(v))
        weights[chosen] = 1 / len(chosen)
        return weights @ v

    def norm_trimmed_mean(self, v):
        norms = np.einsum("ij,ij->i", v, v)
        return self.weighted(v, np.argpartition(norms, self.keep - 1)[: self.keep])

    def trimmed_mean(self, v):
        cut = len(v) - self.keep
        return np.partition(v, (cut, self.keep - 1), axis=0)[cut : self.keep].mean(axis=0)

    def median(self, v):
        return np.median(v, axis=0)

    def geometric_median(self, v):
        """Weiszfeld's algorithm from the mean, to a gradient of 1e-10 per row."""
        z = v.mean(axis=0)
        for _ in range(1000):
            gap = v - z
            weights = 1 / np.maximum(np.sqrt(np.einsum("ij,ij->i", gap, gap)), 1e-12)
            pull = weights @ gap
            z = z + pull / weights.sum()
            if np.linalg.norm(pull) <= 1e-10 * len(v):
                break
        return z

    def squares(self, v):
        """||x_i - x_j||^2 by one product."""
        gram = v @ v.T
        own = np.diag(gram)
        return own[:, None] + own - 2 * gram

    def scores(self, v):
        return np.partition(self.squares(v), self.keep - 1, axis=1)[:, : self.keep].sum(axis=1)

    def krum(self, v):
        return v[np.argmin(self.scores(v))]

    def multi_krum(self, v):
        return self.weighted(v, np.argpartition(self.scores(v), self.keep - 1)[: self.keep])

    def mixed(self, v):
        """Each row becomes the mean of the `keep` rows that are nearest to it."""
        near = np.argpartition(self.squares(v), self.keep - 1, axis=1)[:, : self.keep]
        weights = np.zeros((len(v), len(v)))
        np.put_along_axis(weights, near, 1 / self.keep, axis=1)
        return weights @ v


class Product:
    """X'DX: by OpenBLAS from a dense X, or by SciPy from a sparse one."""

    def __init__(self, data, peer):
        self.weights = np.full(data.rows, 0.25)
        if peer == "scipy":
            self.work = self.of_sparse(data.x, self.weights)
        else:
            gram = Gram(data.dense().astype(np.float32 if peer == "openblas-single" else np.float64))
            weights = self.weights.astype(gram.x.dtype)
            self.work = lambda: gram.of(weights)

    @staticmethod
    def of_sparse(x, weights):
        across = x.T.tocsr()
        return lambda: across @ x.multiply(weights[:, None]).tocsr()

    def run(self, repeat):
        return seconds(self.work, repeat)[0], []


class Read:
    """A LIBSVM text file into a sparse matrix."""

    def __init__(self, path, peer):
        if peer == "liblinear":
            from liblinear.commonutil import svm_read_problem

            self.work = lambda: svm_read_problem(path, return_scipy=True)
        else:
            from sklearn.datasets import load_svmlight_file

            self.work = lambda: load_svmlight_file(path)

    def run(self):
        return seconds(self.work)[0], []


TASKS = {"estimator": Estimator, "solve": Solve, "round": Round, "aggregate": Aggregate, "gram": Product}


def version(package):
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def answer(held, request):
    do = request.pop("do")
    if do == "versions":
        found = {name: version(name) for name in ("numpy", "scipy", "scikit-learn", "liblinear-official", "snapml")}
        return {"versions": {"python": sys.version.split()[0], **{k: v for k, v in found.items() if v}}}
    if do == "read":
        held["task"] = Read(request["path"], request["peer"])
    elif do == "load":
        shape = request["rows"], request["cols"], request["folder"], request["dense"]
        held["task"] = TASKS[request["task"]](Data(*shape), **request["with"])
    else:
        taken, w = held["task"].run(**request)
        return {"seconds": taken, "w": [float(v) for v in w] if np.ndim(w) == 1 else []}
    return {}


def main():
    # Libraries print what they like; the answers have a channel of their own.
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    held = {}
    for line in sys.stdin:
        try:
            reply = answer(held, json.loads(line))
        except Exception as error:  # pylint: disable=broad-except
            reply = {"error": f"{type(error).__name__}: {error}"}
        out.write(json.dumps(reply) + "\n")
        out.flush()


main()
