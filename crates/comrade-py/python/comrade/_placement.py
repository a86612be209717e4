"""Which worker is on which node of a Ray cluster: as many on one as on another, on processes of their own."""

from typing import NamedTuple


class Place(NamedTuple):
    """A node, and the workers of each process on it."""

    node: str
    address: str
    processors: int
    hosts: list[range]

    @property
    def workers(self):
        """How many there are on this node."""
        return sum(map(len, self.hosts))

    @property
    def threads(self):
        """How many workers of one process compute at a time, so that no processor is idle."""
        return max(1, self.processors // max(1, len(self.hosts)))


def places(nodes, workers, hosts=None):
    """Deals workers to nodes evenly, to within one, and on each node evenly to its processes.

    Parameters
    ----------
    nodes : list of dict
        As `ray.nodes` has them. Those that are dead get none, nor do those without processors where others have some.
    workers : int
        m.
    hosts : int, default=None
        How many processes there are in all, dealt evenly to the nodes; by default one per processor. There are never
        more than workers.

    Returns
    -------
    list of Place
        Only those that have workers.
    """
    alive = sorted((node for node in nodes if node["Alive"]), key=lambda node: (node["NodeManagerAddress"], node["NodeID"]))
    able = [node for node in alive if node["Resources"].get("CPU", 0) >= 1] or alive
    able = able[: min(workers, hosts or workers)]
    found = []
    for at, (node, mine) in enumerate(zip(able, _split(range(workers), len(able)), strict=True)):
        processors = max(1, int(node["Resources"].get("CPU", 0)))
        many = processors if hosts is None else len(_split(range(hosts), len(able))[at])
        found.append(Place(node["NodeID"], node["NodeManagerAddress"], processors, _split(mine, min(many, len(mine)))))
    return found


def too_full(found, droppable):
    """What is wrong where one node of several holds more workers than a round can do without, in a sentence; or None."""
    most = max(found, key=lambda place: place.workers)
    if droppable == 0 or len(found) < 2 or most.workers <= droppable:
        return None
    workers = sum(place.workers for place in found)
    # The least share of m that is rounded to as many.
    enough = (most.workers - 0.5) / workers
    ways = ["start more nodes"] + [f"take trim={enough + 0.005:.2f}"] * (2 * most.workers < workers)
    return (
        f"node {most.address} would hold {most.workers} of {workers} workers, and a round can do without {droppable}, so "
        f"that the loss of this node holds up the fit; hint: {', '.join(ways)}, or allow it by RayCluster(large_nodes=True)"
    )


def describe(found, versions, address):
    """These places, a line for the cluster and one for each node."""
    lines = [f"Ray cluster at {address}: {versions}"]
    for place in found:
        mine = [worker for held in place.hosts for worker in (held[0], held[-1])]
        which = f"workers {min(mine)} to {max(mine)}" if place.workers > 1 else f"worker {mine[0]}"
        lines.append(
            f"node {place.address} ({place.node[:8]}): processors {place.processors}, hosts {len(place.hosts)} with threads "
            f"{place.threads}, {which}"
        )
    return "\n".join(lines)


def _split(whole, parts):
    """Splits a range into this many ranges, whose lengths differ by at most one."""
    return [whole[i * len(whole) // parts : (i + 1) * len(whole) // parts] for i in range(parts)]
