"""The stored refutations, seen by a program that shares no code with what found them."""

import copy
import importlib.util
import json
from pathlib import Path

import pytest

TOP = Path(__file__).parents[3]
WITNESSES = sorted((TOP / "reports/witnesses").glob("*.json"))
spec = importlib.util.spec_from_file_location("second_opinion", TOP / "verify/second_opinion.py")
second = importlib.util.module_from_spec(spec)
spec.loader.exec_module(second)


def stored(name):
    return json.loads((TOP / f"reports/witnesses/{name}.json").read_text())


@pytest.mark.parametrize("path", WITNESSES, ids=lambda path: path.stem)
def test_every_stored_refutation_in_one_dimension_is_one(path):
    witness = json.loads(path.read_text())
    if len(witness["instance"]["iterate"]) > 1:
        pytest.skip("d > 1")
    left, right = second.refutes(witness)
    assert right.below(left)
    assert float(left.low / right.high) == pytest.approx(witness["ratio"], rel=1e-9)


def planted():
    """Witnesses that are none, each with what is wrong with it."""
    fitted = stored("lemma-5-printed")
    fitted["instance"]["labels"] = [-4.0, -5.0]
    fair = stored("lemma-7-printed")
    fair["instance"]["workers"][0]["copies"], fair["instance"]["workers"][1]["copies"] = 7, 2
    fair["instance"]["beta"] = 2 / 9
    half = stored("lemma-10-printed")
    half["instance"]["workers"][0]["copies"] = half["instance"]["workers"][1]["copies"] = 10
    half["instance"]["beta"] = 0.5
    far = stored("lemma-9-printed")
    far["instance"]["workers"][0]["message"] = [1e4]
    near = stored("theorem-1-printed")
    near["instance"]["iterate"] = [0.9]
    ours = stored("lemma-5-printed") | {"reading": "rederived"}
    plane = copy.deepcopy(stored("lemma-5-printed"))
    plane["instance"]["iterate"] = [0.0, 0.0]
    return {
        "ratio 0.": [fitted, fair, near],
        "says nothing": [half, far, ours, plane],
    }


@pytest.mark.parametrize("says, witness", [(says, w) for says, all in planted().items() for w in all])
def test_a_witness_that_is_none_is_told(says, witness):
    refuted, sentence = second.opinion(witness)
    assert not refuted and says in sentence, sentence


def test_the_sentence_names_both_sides_and_their_ratio():
    refuted, sentence = second.opinion(stored("lemma-7-printed"))
    assert refuted
    named = dict(part.split() for part in sentence.split(", "))
    assert list(named) == ["excess", "allowed", "ratio"] and named["ratio"] == "2.0359"
    assert float(named["excess"]) / float(named["allowed"]) == pytest.approx(2.0359, rel=1e-4)


def test_the_program_is_short_and_needs_nothing():
    text = (TOP / "verify/second_opinion.py").read_text()
    assert len(text.splitlines()) < 200
    imports = {line.split()[1] for line in text.splitlines() if line.startswith(("import ", "from "))}
    assert imports == {"json", "sys", "dataclasses", "fractions", "math"}
