"""Fits of samples that each worker reads itself, where it runs."""

import numpy as np

from ._part import Entry, Own, of_files


class OwnSamples:
    """What `LogisticRegression` has for samples that the driver never holds."""

    def fit_files(self, files, *, label=None, n_features=None):
        """Fits the model to files, each of which one worker reads where it runs; the samples never pass through this process.

        The workers tell how many rows they have, and which classes and features occur; what all of them have together is what the
        model is about. Shards may differ in size, and a worker may have one class only: without ``trim`` the coefficients are those
        of `fit` on all samples. With it, what round(trim m) workers or fewer say is not believed: a class or a feature
        counts if more workers have it, and a worker counts for at most as many rows as more workers than that have.

        Parameters
        ----------
        files : list
            For each worker, whose number is that of the entries (`n_workers` is not looked at), a path, a pattern as
            ``/data/part-3-*.svm``, or a list of them, as they are where the worker runs. Files called ``.parquet`` or ``.csv``
            (``.csv.gz``) are tables, which need pyarrow there; all others are LIBSVM text, plain or gzip, whose labels are
            whole numbers.
        label : str, default=None
            Which column of a table has the classes: whole numbers, texts or truth values. All others are features.
        n_features : int, default=None
            d, of LIBSVM files; by default the largest index in all of them.

        Returns
        -------
        self

        Raises
        ------
        ValueError, RuntimeError
            If more workers than may be missing have no samples, or other columns or classes than they may; with worker, file and
            line or row.
        """
        return self._train_own(of_files(files, label, n_features))

    def fit_dataset(self, dataset, label="y"):
        """Fits the model to a data set of Ray, whose blocks become the shards of `n_workers` workers on the cluster.

        References to the blocks go to the workers; the samples never pass through this process. Classes, columns and sizes
        are agreed on as in `fit_files`.

        Parameters
        ----------
        dataset : ray.data.Dataset
            At least as many blocks as workers; its columns are numbers, but for the label.
        label : str, default="y"
            Which column has the classes.

        Returns
        -------
        self
        """
        if self.cluster is None:
            raise ValueError("the blocks of a data set are in a Ray cluster, and the workers in this process: take cluster='ray'")
        blocks = dataset.to_arrow_refs()
        if len(blocks) < self.n_workers:
            raise ValueError(
                f"the data set has {len(blocks)} block(s) for {self.n_workers} workers: call dataset.repartition({self.n_workers})"
            )
        # Neighbours may be alike, as where the rows are sorted by class.
        shards = (tuple(blocks[worker :: self.n_workers]) for worker in range(self.n_workers))
        return self._train_own(Own([Entry(None, shard, label, None) for shard in shards]))

    def _train_own(self, source):
        for name in ("class_weight", "attack"):
            if getattr(self, name) is not None:
                raise ValueError(f"{name} is for samples in memory, not for those that workers read themselves")
        return self._train(source, None)

    def _name_features(self, names):
        """Keeps the names of the columns of a table, as scikit-learn does of a data frame."""
        if names is not None:
            self.feature_names_in_ = np.array(names, dtype=object)
        elif hasattr(self, "feature_names_in_"):
            del self.feature_names_in_
