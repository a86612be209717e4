"""Samples that each worker reads itself: the fit is that of all of them in one place, and what is wrong is said with its place."""

import gzip
import signal

import numpy as np
import pytest
from conftest import fit
from scipy import sparse
from sklearn.datasets import dump_svmlight_file

import comrade
from comrade._agree import MOST_COLUMNS, Told, agree, sha256
from comrade._answers import Unusable

# f is the same but for rounding; both fits end where ||g|| <= 1e-10 ||g(0)||, and H has no eigenvalue below lam = 1e-3 where the
# ridge term counts, so that w differs by at most 2e-10 ||g(0)|| / 1e-3, which is below 1e-6 here.
ATOL = 1e-6


@pytest.fixture(params=[None, "ray"], ids=["threads", "ray"])
def cluster(request):
    if request.param == "ray":
        request.getfixturevalue("local")
    return request.param


def write(folder, parts, zipped=False):
    """Files of (X, y), one per worker."""
    files = []
    for number, (X, y) in enumerate(parts):
        path = folder / f"part-{number}.svm{'.gz' if zipped else ''}"
        with (gzip.open if zipped else open)(path, "wb") as file:
            dump_svmlight_file(X, y, file, zero_based=False)
        files.append(str(path))
    return files


def cut(X, y, *ends):
    """The samples in parts that end there."""
    edges = [0, *ends, len(y)]
    return [(X[a:b], y[a:b]) for a, b in zip(edges, edges[1:])]


def same(ours, theirs):
    assert ours.converged_ and theirs.converged_
    np.testing.assert_array_equal(ours.classes_, theirs.classes_)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=0, atol=ATOL)
    np.testing.assert_allclose(ours.intercept_, theirs.intercept_, rtol=0, atol=ATOL)


def model(cluster=None, **kw):
    return comrade.LogisticRegression(cluster=cluster, **kw)


@pytest.mark.parametrize("zipped", [False, True])
def test_unequal_shards_have_the_minimiser_of_all_samples(cluster, samples, tmp_path, zipped):
    files = write(tmp_path, cut(*samples, 100, 1100), zipped)
    ours = model(cluster).fit_files(files)
    same(ours, fit(*samples))
    assert ours.n_features_in_ == 12 and len(ours.worker_report_) == 3


def test_shards_sorted_by_label_hold_one_class_each(cluster, samples, tmp_path):
    X, y = samples
    order = np.argsort(y, kind="stable")
    files = write(tmp_path, cut(X[order], y[order], 100, int((y == 0).sum()), 1000))
    same(model(cluster).fit_files(files), fit(X, y))


def test_several_classes_are_those_of_all_workers(cluster, samples, tmp_path):
    X, _ = samples
    y = np.digitize(X[:, 0], [-1, 0, 1])
    order = np.argsort(y, kind="stable")
    ours = model(cluster).fit_files(write(tmp_path, cut(X[order], y[order], 400, 800)))
    same(ours, fit(X, y))
    assert ours.classes_.tolist() == [0, 1, 2, 3]


def test_a_column_that_one_worker_has_counts(cluster, samples, tmp_path):
    X, y = samples
    X = X.copy()
    X[400:, 3] = 0
    X[:, 5] = 0
    wide = sparse.csr_matrix((len(y), 1000), dtype=float).tolil()
    wide[:, 7:19] = X
    wide[:400, 999] = 1
    wide = wide.tocsr()
    ours = model(cluster).fit_files(write(tmp_path, cut(wide, y, 400, 800)))
    same(ours, fit(wide, y))
    assert ours.coef_.shape == (1, 1000) and ours.coef_[0, 999] != 0 and np.flatnonzero(ours.coef_[0]).tolist() == [
        *(k for k in range(7, 19) if k != 12), 999
    ]


def test_patterns_and_lists_are_read_one_after_the_other(samples, tmp_path):
    files = write(tmp_path, cut(*samples, 100, 500, 1000))
    ours = model().fit_files([[files[0], files[3]], str(tmp_path / "part-[12].svm")])
    same(ours, fit(*samples))
    assert len(ours.worker_report_) == 2


def test_threads_and_ray_take_the_same_steps(local, samples, tmp_path):
    files = write(tmp_path, cut(*samples, 100, 500, 1000))
    near, far = (model(cluster).fit_files(files) for cluster in (None, "ray"))
    assert (near.coef_ == far.coef_).all() and near.objective_ == far.objective_ and near.bytes_up_ == far.bytes_up_


def test_the_driver_reads_no_file_and_a_host_that_died_reads_its_own_again(local, samples, tmp_path, monkeypatch):
    from test_ray import Watched

    files = write(tmp_path, cut(*samples, 100, 500, 1000))
    whole = model().fit_files(files)
    monkeypatch.setattr("comrade._part.Reading", None)
    watched = Watched(hosts=2)

    def kill(seen):
        if seen["round"] == 3:
            watched.signal(1, signal.SIGKILL)

    ours = model(watched, callback=kill).fit_files(files)
    assert (ours.coef_ == whole.coef_).all() and ours.converged_


def test_a_missing_file_takes_a_trim(cluster, samples, tmp_path):
    X, y = samples
    files = write(tmp_path, cut(X, y, 300, 600, 900, 1100))
    (tmp_path / "part-1.svm").unlink()
    ours = model(cluster, trim=0.2).fit_files(files)
    kept = np.r_[0:300, 600:1203]
    assert ours.stop_ == ["floor"] and ours.worker_report_[1]["answered"] == 0
    # Four workers of unequal size, of whom one may lie: at the floor, not at the minimiser.
    theirs = fit(X[kept], y[kept])
    assert (ours.predict(X) == theirs.predict(X)).mean() > 0.95
    with pytest.raises((ValueError, RuntimeError), match=r"worker 1.*part-1.svm: no such file where the worker runs; put it there"):
        model(cluster).fit_files(files)


FAULTS = {
    "empty": ("", r"part-2.svm: no rows"),
    "garbage": ("1 1:1\n0 1:x\n", r'part-2.svm:2:5: value "x" is not a number'),
    "more columns": ("1 1:1\n0 1:2 13:1\n", r"part-2.svm:2:7: feature index 13 is above the stated dimension 12"),
    "regression": ("1 1:1\n0.25 1:2\n", r"part-2.svm:2:1: label 0.25 is no whole number of at most 2\^53: give each class one"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_wrong_is_said_with_worker_file_and_line(cluster, samples, tmp_path, fault):
    text, says = FAULTS[fault]
    files = write(tmp_path, cut(*samples, 400, 800))
    (tmp_path / "part-2.svm").write_text(text)
    with pytest.raises((ValueError, RuntimeError), match=f"worker 2.*{says}"):
        model(cluster).fit_files(files, n_features=12)


def test_one_class_is_refused(cluster, samples, tmp_path):
    X, y = samples
    files = write(tmp_path, cut(X, np.ones_like(y), 600))
    with pytest.raises(ValueError, match="one class only: every label is 1"):
        model(cluster).fit_files(files)


def test_bad_arguments_are_named(tmp_path):
    for files, says in [
        ("a.svm", r"got one path: \['a.svm'\] is one worker"),
        ([], "got an empty one"),
        ([["a"], []], "worker 1 has no files"),
        ([str(tmp_path)], "it is a folder; give a pattern"),
    ]:
        with pytest.raises(ValueError, match=says):
            model().fit_files(files)
    with pytest.raises(ValueError, match="class_weight is for samples in memory"):
        model(class_weight="balanced").fit_files(["a"])
    with pytest.raises(ValueError, match="attack is for samples in memory"):
        model(attack="nan").fit_files(["a"])
    with pytest.raises(ValueError, match="cluster='ray'"):
        model().fit_dataset(None)


def test_a_checkpoint_knows_the_files(cluster, samples, tmp_path):
    files, kept = write(tmp_path, cut(*samples, 400, 800)), tmp_path / "kept"
    stop = model(cluster, checkpoint=kept, callback=lambda seen: 1 / 0 if seen["round"] > 2 else None)
    with pytest.raises(ZeroDivisionError):
        stop.fit_files(files)
    assert kept.exists()
    whole = model(cluster).fit_files(files)
    other = model(cluster, checkpoint=kept)
    text = open(files[1]).read()
    with open(files[1], "w") as file:
        file.write(text.replace("0 1:", "1 1:", 1))
    with pytest.raises(ValueError, match="other data or parameters: samples"):
        other.fit_files(files)
    with open(files[1], "w") as file:
        file.write(text)
    same(other.fit_files(files), whole)
    assert not kept.exists()


def tables(folder, parts, suffix, names=None):
    """Parquet or CSV files of (X, y)."""
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import csv, parquet

    files = []
    for number, (X, y) in enumerate(parts):
        columns = {f"x{k}": X[:, k] for k in range(X.shape[1])}
        table = pyarrow.table({"y": y, **columns} if names is None else dict(zip(names, [y, *X.T])))
        files.append(str(folder / f"part-{number}{suffix}"))
        if suffix == ".csv":
            csv.write_csv(table, files[-1])
        else:
            parquet.write_table(table, files[-1])
    return files


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_tables_are_read_by_their_label(cluster, samples, tmp_path, suffix):
    X, y = samples
    words = np.array(["no", "yes"])[y]
    order = np.argsort(y, kind="stable")
    files = tables(tmp_path, cut(X[order], words[order], 100, 700), suffix)
    ours = model(cluster).fit_files(files, label="y")
    same(ours, fit(X, words))
    assert ours.feature_names_in_.tolist() == [f"x{k}" for k in range(12)]
    ours.fit_files(write(tmp_path, cut(X, y, 600)))
    assert not hasattr(ours, "feature_names_in_")


def test_what_is_wrong_in_a_table_is_said_with_worker_file_and_row(cluster, samples, tmp_path):
    X, y = samples
    good = cut(X, y, 600)
    bad = X.copy()
    bad[700, 3] = np.nan
    fewer = [(X[:600], y[:600]), (X[600:, :5], y[600:])]
    for number, (parts, label, says) in enumerate(
        [
            (cut(bad, y, 600), "y", r"worker 1.*part-1.parquet: row 101: column 'x3' is missing or not finite; fill it in"),
            (good, None, "worker 0.*say by label= which column has the classes"),
            (good, "z", "worker 0.*there is no column 'z' for the label"),
            (fewer, "y", "worker 1.*its tables have 5 columns apart from the label, and those of most workers 12"),
            (cut(X, y + 0.5, 600), "y", "worker 0.*the label 0.5 names no class"),
        ]
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        with pytest.raises((ValueError, RuntimeError), match=says):
            model(cluster).fit_files(tables(folder, parts, ".parquet"), label=label)
    mixed = tables(tmp_path, good, ".parquet")[:1] + write(tmp_path, good)[1:]
    with pytest.raises((ValueError, RuntimeError), match="worker 1.*it has LIBSVM files, and most workers have tables"):
        model(cluster).fit_files(mixed, label="y")
    files = tables(tmp_path, good, ".csv")
    with open(files[1], "a") as file:
        file.write("1,2,3\n")
    with pytest.raises((ValueError, RuntimeError), match=r"worker 1.*part-1.csv: .*Row #605.*got 3"):
        model(cluster).fit_files(files, label="y")


def test_blocks_of_a_data_set_are_the_shards(local, samples):
    pytest.importorskip("pyarrow")
    data = pytest.importorskip("ray.data")
    import pandas

    X, y = samples
    order = np.argsort(y, kind="stable")
    frame = pandas.DataFrame(X[order], columns=[f"x{k}" for k in range(12)]).assign(y=y[order])
    dataset = data.from_pandas([frame[:100], frame[100:700], frame[700:800], frame[800:]])
    ours = model("ray", n_workers=3).fit_dataset(dataset)
    same(ours, fit(X, y))
    assert ours.feature_names_in_.tolist() == [f"x{k}" for k in range(12)]
    with pytest.raises(ValueError, match=r"4 block\(s\) for 5 workers: call dataset.repartition\(5\)"):
        model("ray", n_workers=5).fit_dataset(dataset)


# What is believed, from what is told alone.


def told(rows=10, held=(0, 1, 2), features=5, classes=(0, 1)):
    columns = np.array(held, dtype=np.uint64)
    return Told(rows, features, len(held), sha256(columns), None, tuple(classes)), columns


def believed(droppable, *all_told):
    lists = {index: columns for index, (_, columns) in enumerate(all_told)}
    return agree({index: one for index, (one, _) in enumerate(all_told)}, droppable, lambda who: ((i, lists[i]) for i in who))


def test_without_trim_everybody_is_believed():
    agreed, others = believed(0, told(10), told(1, held=[0, 4]), told(89, classes=[7]))
    assert not others and (agreed.features, agreed.columns.tolist(), agreed.classes) == (5, [0, 1, 2, 4], (0, 1, 7))
    assert [agreed.weight(rows) * rows for rows in (10, 1, 89)] == [0.3 * 10, 0.03 * 1, 2.67 * 89]


def test_one_liar_adds_no_column_class_or_feature_and_no_weight():
    honest = [told(10), told(20), told(30), told(40)]
    alone, _ = believed(1, *honest)
    for lie in (told(2**62), told(1, held=[4]), told(1, held=[0, 1, 2, 2**40], features=2**62)):
        agreed, others = believed(1, *honest, lie)
        assert not others and (agreed.features, agreed.columns.tolist(), agreed.classes) == (5, [0, 1, 2], (0, 1))
        # Up to the second largest honest number the honest weigh among each other as their rows.
        assert [agreed.weight(n) / agreed.weight(10) for n in (20, 30)] == pytest.approx([2.0, 3.0], rel=1e-15)
        # A claim of any size adds at most what the largest honest worker has.
        assert alone.rows < agreed.rows <= 10 + 20 + 30 + 2 * 40
    agreed, others = believed(1, *honest, told(classes=[0, 5]))
    assert agreed.classes == (0, 1) and "its class 5 is one that no more than 1 workers have" in others[4]
    agreed, others = believed(1, *honest, told(classes=["a"]))
    assert agreed.classes == (0, 1) and list(others) == [4]


def test_too_many_others_are_no_agreement():
    agreed, others = believed(1, told(), told(), told(), told(classes=[5]), told(classes=[6]))
    assert agreed is None and list(others) == [3, 4]


def test_what_is_told_has_a_form_and_a_size():
    good, _ = told()
    assert Told.read(tuple(good)) == good
    for wrong in [
        5,
        "abc",
        tuple(good)[:-1],
        good._replace(rows=0),
        good._replace(rows=-1),
        good._replace(rows=1.5),
        good._replace(rows=True),
        good._replace(features=2),
        good._replace(columns=None),
        good._replace(columns="x"),
        good._replace(classes=()),
        good._replace(classes=(1, "1")),
        good._replace(classes=(1, 1)),
        good._replace(classes=(1.0, float("nan"))),
        good._replace(classes=tuple(range(1001))),
        good._replace(classes=("x" * 201,)),
        good._replace(features=2**62, count=MOST_COLUMNS + 1),
        ("it has crashed",),
    ]:
        with pytest.raises(Unusable):
            Told.read(tuple(wrong) if isinstance(wrong, Told) else wrong)
