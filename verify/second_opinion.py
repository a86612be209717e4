"""A second opinion on stored refutations, from the text of the statements and in exact arithmetic.

    python3 verify/second_opinion.py reports/witnesses/*.json

Needs nothing but Python, and shares no code with the search: rows, workers and messages stand one by one, phi is evaluated
as it is defined. Numbers are intervals with rational ends, points where no root or exponential enters. "Excess" is the left
side and "allowed" the right one, both above phi(p*) where they bound phi. Of a witness with d > 1 nothing is said.
"""

import json
import sys
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

FINE = 10**30  # roots and exponentials are enclosed to about this many parts


@dataclass(frozen=True)
class Number:
    """All numbers from low to high."""

    low: Fraction
    high: Fraction

    def __add__(self, other):
        other = number(other)
        return Number(self.low + other.low, self.high + other.high)

    def __sub__(self, other):
        return self + number(other) * -1

    def __mul__(self, other):
        other = number(other)
        ends = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
        return Number(min(ends), max(ends))

    def __truediv__(self, other):
        other = number(other)
        if other.low <= 0 <= other.high:
            raise ZeroDivisionError(f"{other} may be 0")
        return self * Number(1 / other.high, 1 / other.low)

    __radd__, __rmul__ = __add__, __mul__

    def __rsub__(self, other):
        return number(other) - self

    def __abs__(self):
        ends = sorted((abs(self.low), abs(self.high)))
        return Number(Fraction(0) if self.low < 0 < self.high else ends[0], ends[1])

    def larger(self, other):
        return Number(max(self.low, other.low), max(self.high, other.high))

    def squared(self):
        return abs(self) * abs(self)

    def root(self):
        low, high = (isqrt(v.numerator * FINE**2 // v.denominator) for v in (self.low, self.high))
        return Number(Fraction(low, FINE), Fraction(high + 1, FINE))

    def below(self, other):
        """Whether it is less for certain."""
        return self.high < number(other).low

    def at_most(self, other):
        return self.high <= number(other).low


def number(v):
    """A float is the number that is written down, not the one that it is."""
    exact = Fraction(repr(v)) if isinstance(v, float) else v
    return v if isinstance(v, Number) else Number(Fraction(exact), Fraction(exact))


def mean(values):
    values = list(values)
    return sum(values) / len(values)


def exponential(v):
    """exp(v): the series at v/2^k, squared k times. The series is off by less than twice its last term."""
    def near(x, up):
        k = max(0, int(abs(x)).bit_length() + 1)
        total, term = Fraction(0), Fraction(1)
        for i in range(1, 40):
            total, term = total + term, term * x / 2**k / i
        total += abs(term) * (2 if up else -2)
        for _ in range(k):
            total = Fraction((total * total * FINE**2).__floor__() + up, FINE**2)
        return Fraction((total * FINE**2).__floor__() + up, FINE**2)

    return Number(near(v.low, False), near(v.high, True))


def slopes(loss, y, z):
    """l'(z), l''(z)."""
    if loss == "squared":
        return z - y, number(1)
    e = exponential(y * z)  # l(z) = ln(1 + exp(-yz)), y^2 = 1
    return -1 * y / (1 + e), e / (1 + e).squared()


def given(holds, says):
    """A premise that is not met, or not for certain, ends it."""
    if not holds:
        raise ValueError(says)


def refutes(witness):
    """Left and right side of the claim on the instance, both as intervals; ValueError where it says nothing."""
    instance, claim, variant = witness["instance"], witness["id"], witness["variant"]
    given(witness["reading"] == "printed" and instance.get("inverse") is None, "a printed statement about COMRADE")
    given(len(instance["iterate"]) == 1, "d = 1")
    loss, lam, w = instance["loss"], number(instance["lambda"]), number(instance["iterate"][0])
    x, y = [number(row[0]) for row in instance["rows"]], [number(v) for v in instance["labels"]]
    given(loss == "squared" or all(abs(v) == number(1) for v in y), "labels are 1 and -1")
    everything = list(range(len(x)))
    gradient = lambda rows, at: mean(slopes(loss, y[j], x[j] * at)[0] * x[j] for j in rows) + lam * at  # noqa: E731
    a = [slopes(loss, y[j], x[j] * w)[1] * x[j].squared() for j in everything]  # a_j^2
    A, total = mean(a), sum(a)
    H, g = A + lam, gradient(everything, w)
    newton = g / H
    phi = lambda v: H * v.squared() / 2 - g * v  # noqa: E731
    # The workers, one by one: what each sends, whether it lies, and the two events about its shard.
    workers, local, deviations, lost = [], [], [], number(0)
    for group in instance["workers"]:
        rows, lies, message, copies = group["shard"], group.get("lies"), group.get("message"), group.get("copies", 1)
        sent = number(message[0]) if message else None
        if not lies:
            g_i = gradient(rows, w)
            p = g_i / (mean(a[j] for j in rows) + lam)
            if sent is not None:
                lost = lost.larger((sent - p).squared() / p.squared())  # |Q(p) - p|^2 <= (1 - rho)|p|^2
            sent = p if sent is None else sent
            # u_j = a_j/|a|; U'S_iS_i'U = (n/s) sum of u_j^2 over the shard.
            local += [sum(len(x) * a[j] / total for j in rows) / len(rows) - 1] * copies
            deviations += [abs(g_i - g)] * copies
        workers += [(sent, lies)] * copies
    m, on = len(workers), len(local)
    trimmed = round(instance["beta"] * m)
    kept = sorted(workers, key=lambda worker: abs(worker[0]).low)
    kept, dropped = [q for q, _ in kept[: m - trimmed]], [q for q, _ in kept[m - trimmed :]]
    given(all(q == t or abs(q).at_most(abs(t)) for q in kept for t in dropped), "it is certain who is trimmed")
    given(lost.at_most(1), "rho >= 0")

    nu, k = A / (A + lam), lost
    eta = number(max(abs(e).high for e in local)).larger(number(on).root() * abs(mean(local)))
    given(eta.below(1), "eta < 1")
    zeta = lambda count: nu * (eta / number(count).root() + eta.squared() / (1 - eta))  # noqa: E731
    one = nu * (eta + eta.squared() / (1 - eta)) if variant == "zeta-1-defined" else nu / (1 - eta)
    phat, u, b = mean(kept), len(kept), m - on
    eps_squared = lambda deviation: deviation.squared() / ((1 - eta).squared() * H)  # noqa: E731

    if claim in ("lemma-5", "theorem-1"):
        given(b == 0 and trimmed == 0 and lost == number(0), "all are averaged")
        eps2, zeta2 = eps_squared(mean(deviations)), zeta(m).squared()
    else:
        given(claim not in ("lemma-7", "theorem-2") or lost == number(0), "nothing is compressed")
        eps2 = eps_squared(number(max(d.high for d in deviations)))
        if claim == "lemma-9":
            honest = mean(q for q, lies in workers if not lies)
            right = (1 + k) * eps2 + (zeta(on).squared() + k * (1 + one.squared())) * (H * newton.squared())
            return H * (honest - newton).squared(), right
        given((b == 0 or b < trimmed) and 2 * trimmed < m, "alpha < beta < 1/2")
        share, lie = Fraction(on, m) / Fraction(u, m), Fraction(b, m) / Fraction(u, m)
        comp = lambda z: z.squared() + k * (1 + one.squared())  # noqa: E731
        eps2 = (3 * share**2 + 4 * lie**2) * (1 + k) * eps2
        zeta2 = share**2 * (2 * comp(zeta(u)) + comp(zeta(on))) + 4 * lie**2 * (2 + comp(one))
    if claim.startswith("lemma"):
        return phi(phat) - phi(newton), eps2 - zeta2 * phi(newton)  # phi(p*) taken from both sides
    given(number(0).below(zeta2) and zeta2.below(1), "0 < zeta < 1")
    left, right = Fraction(-1024), Fraction(1024)  # f' grows and vanishes between them
    sign = lambda at: (slope := gradient(everything, number(at))).below(0) - number(0).below(slope)  # noqa: E731
    given((sign(left), sign(right)) == (1, -1), "there is a w*")
    while right - left > Fraction(1, 10**16) and (side := sign((left + right) / 2)):
        left, right = ((left + right) / 2, right) if side > 0 else (left, (left + right) / 2)
    before = w - Number(left, right)
    bend = number(0) if loss == "squared" else mean(abs(v) * v.squared() for v in x) / (6 * number(3).root())
    linear, quadratic = (zeta2 / (1 - zeta2)).root() * abs(before), bend / H * before.squared()
    return abs(before - phat), linear.larger(quadratic) + 2 * eps2.root() / H.root()


def opinion(witness):
    """Whether the witness refutes its claim for certain, and a sentence."""
    try:
        left, right = refutes(witness)
    except (ValueError, ZeroDivisionError) as why:
        return False, f"says nothing: {why}"
    ratio = f"{float(left.low / right.high):.4f}" if right.high else "infinite"
    return right.below(left), f"excess {float(left.low):.6g}, allowed {float(right.high):.6g}, ratio {ratio}"


if __name__ == "__main__":
    found = [(path, *opinion(json.load(open(path)))) for path in sys.argv[1:]]
    for path, refuted, says in found:
        print(f"{path}: {'refuted' if refuted else 'NOT REFUTED'}, {says}")
    sys.exit(not all(refuted for _, refuted, _ in found))
