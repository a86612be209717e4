"""What a worker says is checked before it is believed: whatever it is, it is right or there is a sentence why not."""

import pytest

pytest.importorskip("ray")
from comrade._answers import Report, Unusable, frames, is_digest, most, reason, versions  # noqa: E402
from comrade._comrade import longest_answer  # noqa: E402

HERE = versions()
# n, d, classes, features, columns, versions, process.
GOOD = (100, 13, None, 12, None, HERE, 4711)
OF_FILE = (100, 3, (-1.0, 1.0), 10**8, 64 * "a", HERE, 4711)


@pytest.mark.parametrize("said", [[], [b""], [b"abc"], [bytes(8)], [b"ab", b"c"]])
def test_frames_are_let_through(said):
    assert frames(said, 8) is said


class Listed(list):
    """No list of Ray's own."""


@pytest.mark.parametrize(
    ("said", "why"),
    [
        *((said, "no list of byte strings") for said in (None, 5, "abc", b"abc", (b"",), {}, [1], [b"", "x"], [[b""]])),
        (Listed([b""]), "no list of byte strings"),
        ([b""] * 3, "3 frames"),
        ([b""] * 10**7, "10000000 frames"),
        ([bytes(9)], "9 bytes, and the question asks for 8 at most"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_everything_else_has_a_reason(said, why):
    with pytest.raises(Unusable, match=why):
        frames(said, 8)


class Wordless(Exception):
    def __str__(self):
        raise RuntimeError("no text")


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ValueError("a\n  b: c \n\n"), "b: c"),
        (MemoryError(), "it raised MemoryError"),
        (ValueError(" \n"), "it raised ValueError"),
        (Wordless(), "it raised Wordless"),
        (ValueError("\ud800"), "?"),
        (ValueError(10**7 * "x"), 1000 * "x"),
    ],
    ids=["lines", "empty", "blank", "raises", "surrogate", "long"],
)
def test_a_reason_is_a_line_whatever_the_error_is(error, line):
    assert reason(error) == line


@pytest.mark.parametrize("said", [GOOD, OF_FILE])
def test_a_report_is_read(said):
    report = Report.read(said)
    assert report == said
    report.check(said[:5])


@pytest.mark.parametrize(
    "said",
    [None, 5, [], (), GOOD[:-1], [*GOOD], (*GOOD, 1)]
    + [
        (*GOOD[:at], bad, *GOOD[at + 1 :])
        for at, values in enumerate(
            [
                (-1, 2**64, 1.0, True, "1", None),
                (-1, 10**400, 3e7),
                ((0.0,), (0.0, float("nan")), (0, 1), [0.0, 1.0], ("a", "b")),
                (-1, None),
                (5, 65 * "a", "\ud800", b"a"),
                ((), ("1", "2"), None, ("1", "2", 3)),
                (None, "1"),
            ]
        )
        for bad in values
    ],
    ids=lambda said: str(said)[:60],
)
def test_what_is_no_report_is_refused(said):
    with pytest.raises(Unusable, match="another form"):
        Report.read(said)


def test_another_version_is_named():
    with pytest.raises(Unusable) as raised:
        Report.read((*GOOD[:5], ("0.0.1", "2.0.0", "3.1"), 4711))
    theirs = "its host has comrade-newton 0.0.1, Ray 2.0.0 and Python 3.1, and this one comrade-newton "
    assert str(raised.value).startswith(theirs)


@pytest.mark.parametrize(
    ("at", "value", "why"),
    [
        (0, 99, "it has rows 99, not 100"),
        (1, 10**9, "it has dimension 1000000000, not 3"),
        (2, (1.0, -1.0), r"it has classes \(1.0, -1.0\), not \(-1.0, 1.0\)"),
        (2, None, r"it has classes None, not"),
        (3, 7, "it has features 7, not 100000000"),
        (4, 64 * "b", "it has other features than it should"),
        (4, None, "it has other features than it should"),
    ],
)
def test_other_samples_are_named(at, value, why):
    said = (*OF_FILE[:at], value, *OF_FILE[at + 1 :])
    with pytest.raises(Unusable, match=why):
        Report.read(said).check(OF_FILE[:5])


def test_most_decide():
    assert most([1, 2, 2]) == 2 and most([]) is None and most(x for x in "aab") == "a"
    assert is_digest(64 * "a") and not any(map(is_digest, [None, 64 * b"a", 63 * "a", 64 * "ä", 5]))


def test_the_longest_answer_follows_from_the_question():
    # A gradient in dimension 3: a frame of 16 bytes, and at most 17 + 12 d.
    question = bytes(16) + bytes([1, 3, 0, 0, 0]) + bytes(24)
    assert longest_answer(question) == 16 + 17 + 36
    for bad in (b"", question[:20], question[:-1], question + b"\0"):
        with pytest.raises(ValueError, match="question"):
            longest_answer(bad)
