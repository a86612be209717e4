"""Hosts: processes that hold several workers each, where they are, what one call of theirs may say, and what is checked before."""

import os
import re
import signal
import subprocess
import sys
import textwrap
import time

import pytest
from conftest import fit

import comrade

ray = pytest.importorskip("ray")
from comrade._connect import connect  # noqa: E402
from comrade._placement import places, too_full  # noqa: E402
from comrade.ray import RayCluster  # noqa: E402
from test_ray import LONG, Watched  # noqa: E402

ray.cloudpickle.register_pickle_by_value(sys.modules[__name__])


def node(at, processors=2, alive=True):
    return {"NodeID": f"id{at}", "NodeManagerAddress": f"10.0.0.{at}", "Alive": alive, "Resources": {"CPU": float(processors)}}


@pytest.mark.parametrize("nodes", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("workers", [1, 2, 8, 20, 1000])
@pytest.mark.parametrize("hosts", [None, 1, 3, 50])
def test_workers_are_dealt_evenly_and_each_once(nodes, workers, hosts):
    found = places([node(at, 1 + at % 3) for at in range(nodes)], workers, hosts)
    assert sorted(worker for place in found for held in place.hosts for worker in held) == list(range(workers))
    many = [place.workers for place in found]
    assert max(many) - min(many) <= 1
    for place in found:
        sizes = list(map(len, place.hosts))
        assert max(sizes) - min(sizes) <= 1 and min(sizes) > 0
        assert place.threads == max(1, place.processors // len(sizes))
    total = sum(len(place.hosts) for place in found)
    assert total == min(workers, hosts) if hosts else all(len(p.hosts) == min(p.processors, p.workers) for p in found)


def test_nodes_that_are_dead_or_have_no_processors_get_none():
    nodes = [node(1, alive=False), node(2, 0), node(3)]
    assert [place.node for place in places(nodes, 4)] == ["id3"]
    assert [place.node for place in places(nodes[:2], 4)] == ["id2"], "unless nobody has one"


def test_a_node_that_holds_more_than_a_round_can_do_without_is_a_sentence():
    found = places([node(1), node(2), node(3)], 20)
    says = too_full(found, 4)
    assert says.startswith("node 10.0.0.2 would hold 7 of 20 workers, and a round can do without 4")
    trim = float(re.search(r"hint: start more nodes, take trim=([\d.]+), or", says)[1])
    assert too_full(found, int(trim * 20 + 0.5)) is None and int((trim - 0.01) * 20 + 0.5) < 7
    assert too_full(found, 0) is None and too_full(places([node(1)], 20), 4) is None
    assert "trim=" not in too_full(places([node(1), node(2)], 21), 4), "half cannot be trimmed"


@pytest.mark.parametrize("hosts", [1, 2, 3, 7])
@pytest.mark.parametrize("attack", [None, "rejected:negative:1"])
def test_the_iterates_are_those_of_one_process_whatever_the_hosts(local, samples, hosts, attack):
    kw = {"n_workers": 7, "trim": 0.3, "attack": attack, "liars": 0.3}
    theirs, ours = fit(*samples, **kw), fit(*samples, RayCluster(hosts=hosts), **kw)
    assert (ours.coef_ == theirs.coef_).all() and ours.worker_report_ == theirs.worker_report_


# What a host says in place of the entry of worker 1, and why that worker is then missing.
ENTRIES = [
    (lambda honest: 5, "its answer is no list of byte strings"),
    (lambda honest: [b"", b"", b""], "its answer has 3 frames"),
    (lambda honest: [bytes(2000)], "its answer has 2000 bytes, and the question asks for LIMIT at most"),
    (lambda honest: ("it is tired",), "it is tired"),
    (lambda honest: None, "it asks for its samples again, after it was given them"),
]


def test_what_a_host_says_of_one_worker_is_no_matter_of_its_neighbours(local, samples, monkeypatch):
    class Own(comrade.ray.Host):
        def answer(self, frame, who):
            said = super().answer(frame, who)
            round_ = int.from_bytes(frame[8:16], "little")
            lie, _ = ENTRIES[round_ % len(ENTRIES)]
            return [lie(entry) if index == 1 else entry for index, entry in zip(who, said, strict=True)]

    monkeypatch.setattr(comrade.ray, "Host", Own)
    missing = []
    kw = {**LONG, "max_rounds": 8, "seed": 5}
    ours = fit(*samples, RayCluster(hosts=1), **kw, callback=lambda seen: missing.append(seen["missing"]))
    assert len(missing) == 8 and [list(who) for who in missing] == 8 * [[1]], missing
    # The longest answer depends on what the round asks for.
    heard = {re.sub(r"asks for \d+ at most", "asks for LIMIT at most", who[1]) for who in missing}
    assert heard == {why for _, why in ENTRIES}
    assert [report["unusable"] for report in ours.worker_report_] == [0, 8, 0, 0, 0]


def test_a_worker_that_raises_is_alone_in_it(local, samples):
    X, y = samples
    X = X.copy()
    X[7] *= 1e160
    with pytest.raises(comrade.TooManyMissing) as raised:
        fit(X, y, RayCluster(hosts=1), n_workers=4, method="comrade")
    assert len(raised.value.absent) == 1


def test_a_host_that_is_killed_takes_its_workers_along_and_they_are_back(local, samples):
    missing, cluster = [], Watched(hosts=5, deadline=30)
    kw = {**LONG, "n_workers": 10}

    def watch(seen):
        missing.append(seen["missing"])
        if seen["round"] == 3:
            cluster.signal(4, signal.SIGKILL)
        elif seen["round"] > 3:
            time.sleep(0.5)

    fit(*samples, cluster, **kw, callback=watch)
    assert cluster.running.pids[4] == cluster.running.pids[5]
    assert set().union(*missing) == {4, 5} and not missing[-1], missing


@pytest.mark.parametrize("trim", [0.2, 0.0])
def test_workers_move_to_other_hosts_when_theirs_is_gone_for_good(local, samples, trim):
    missing, moved, cluster = [], [], Watched(hosts=5, deadline=30, max_restarts=0)
    kw = {**LONG, "n_workers": 10, "trim": trim}

    def watch(seen):
        missing.append(seen["missing"])
        moved[:] = [len(peer.members) for peer in cluster.running._peers]
        if seen["round"] == 3:
            cluster.signal(4, signal.SIGKILL)

    ours = fit(*samples, cluster, **kw, callback=watch)
    assert len(missing) == LONG["max_rounds"] and not any(missing[4:]), missing
    assert sorted(moved) == [0, 2, 2, 3, 3]
    if not trim:
        assert not missing[3] and (ours.coef_ == fit(*samples, **kw).coef_).all()


def test_check_says_where_workers_would_be(local):
    said = RayCluster().check(20, trim=0.2).splitlines()
    assert re.fullmatch(r"Ray cluster at .*: comrade-newton .*, Ray .* and Python .*", said[0]), said
    assert len(said) == 2 and re.search(r"processors 2, hosts 2 with threads 1, workers 0 to 19$", said[1]), said


def test_check_names_a_node_that_has_other_versions(local, monkeypatch):
    class Old(comrade.ray.Host):
        def about(self):
            (_, *others), pid = super().about()
            return ("0.0.1", *others), pid

    monkeypatch.setattr(comrade.ray, "Host", Old)
    says = "node .*: its host has comrade-newton 0.0.1, .*; hint: install the same versions on every node"
    with pytest.raises(RuntimeError, match=says):
        RayCluster().check()


def test_another_cluster_than_the_one_that_there_is(local):
    here = ray.get_runtime_context().gcs_address
    port = here.rpartition(":")[2]
    for same in (None, "auto", here, f"127.0.0.1:{port}", f"localhost:{port}"):
        assert not connect(same, 5)
    for other in ("local", "127.0.0.1:1", f"192.0.2.77:{port}", "no.such.host.invalid:6379"):
        with pytest.raises(ConnectionError, match=f"connected to the Ray cluster at {here}, and the address {other} .*; hint: "):
            connect(other, 5)


def script(code, **env):
    """What a process of its own says in the end."""
    run = [sys.executable, "-c", textwrap.dedent(code)]
    given = {**os.environ, "RAY_AUTH_MODE": "disabled", **env}
    return subprocess.run(run, capture_output=True, text=True, timeout=200, check=False, env=given)


def test_what_a_fit_started_ends_with_it():
    code = """
        import comrade, ray
        comrade.LogisticRegression(2, cluster="ray").fit([[0.0], [1.0], [2.0], [4.0]], [0, 1, 0, 1])
        assert not ray.is_initialized()
        ray.init(num_cpus=1, include_dashboard=False)
        comrade.LogisticRegression(2, cluster="ray").fit([[0.0], [1.0], [2.0], [4.0]], [0, 1, 0, 1])
        assert ray.is_initialized()
    """
    done = script(code)
    assert done.returncode == 0, done.stderr


def test_other_versions_and_a_missing_token_are_sentences():
    code = """
        from ray.cluster_utils import Cluster
        nodes = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
        import os, ray, comrade
        from comrade.ray import RayCluster
        cluster = RayCluster(nodes.address, start_timeout=30)
        print(cluster.check())
        right, ray.__version__ = ray.__version__, "0.0.1"
        try:
            cluster.check()
        except ConnectionError as error:
            print("versions:", error)
        ray.__version__ = right
        from ray._raylet import Config
        home = os.environ["HOME"]
        os.environ["RAY_AUTH_MODE"], os.environ["HOME"] = "token", "/nowhere"
        Config.initialize("")
        try:
            cluster.check()
        except ConnectionError as error:
            print("token:", error)
        os.environ["RAY_AUTH_MODE"], os.environ["HOME"] = "disabled", home
        Config.initialize("")
        nodes.shutdown()
    """
    said = script(code)
    # The script's cluster has ended. Otherwise the next `ray.init` looks for it.
    ray._common.utils.reset_ray_address()
    assert re.search(r"^Ray cluster at ", said.stdout, re.M), said.stderr
    assert re.search(r"^versions: .* has other versions: .*0\.0\.1.*; hint: install the same Ray", said.stdout, re.M), said.stdout
    assert re.search(r"^token: .* asks? for another token; hint: copy ~/.ray/auth_token", said.stdout, re.M), said.stdout
