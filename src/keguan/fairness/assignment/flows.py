"""The core: load bounds, panel sizes and nested groups as a flow of least cost, proven by prices.

OR-tools solves the flow over a part of the pairs, the best of each case at first. Shortest paths in what the flow
leaves over give every node its price; a pair outside the part that is better than its price is taken in and the flow
solved again. When there is none, the flow is the best over all pairs, and the prices prove it: any prices at all give
an upper bound (`_upper`), these give the value itself.
Sources: R. K. Ahuja, T. L. Magnanti, J. B. Orlin, Network Flows, 1993, chapters 9 and 17 (reduced costs, pricing).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from keguan.fairness.assignment.problems import Problem
from keguan.fairness.assignment.terms import UNIT, Marks, Whole

LARGEST = 1 << 60
"""Costs times nodes stay below, as the solver counts in 64 bits."""
SPARE = 9
"""So many pairs more than it has seats are tried for each case at first."""


@dataclass(frozen=True, slots=True, eq=False)
class Arcs:
    """Arcs of a network, without the pairs or with them."""

    tail: Whole
    head: Whole
    capacity: Whole
    cost: Whole


@dataclass(slots=True, eq=False)
class Flow:
    """Where the search for the best flow stands.

    tried: the pairs in the part. price: per node. chosen: marks of pairs. upper: no flow is worth more. empty, idle:
    seats not filled, and panels that experts are short of. empty_price, idle_price: what one of them costs.
    """

    tried: Marks
    price: Whole
    chosen: Marks
    empty_price: int
    idle_price: int
    upper: int = 0
    empty: int = 0
    idle: int = 0


def begin(problem: Problem, weight: Whole) -> Flow:
    """Nothing is chosen yet; the best pairs of each case are to be tried."""
    first = np.searchsorted(problem.case, np.arange(problem.cases))
    rank = np.empty(problem.pairs, np.int64)
    rank[np.lexsort((-weight, problem.case))] = np.arange(problem.pairs)
    tried = rank - first[problem.case] < problem.size[problem.case] + SPARE
    nodes = problem.cases + len(problem.group_most) + problem.experts + 2
    price = 16 * max(UNIT, int(weight.max(initial=0)))
    return Flow(tried, np.zeros(nodes, np.int64), np.zeros(problem.pairs, bool), price, price)


def improve(problem: Problem, weight: Whole, flow: Flow) -> bool:
    """One round: solve over the tried pairs, price, take in what is better. Tells whether nothing better was found."""
    fixed, tried = _frame(problem, flow), np.flatnonzero(flow.tried)
    first_expert = problem.cases + len(problem.group_most)
    needed, above = _needed(problem, problem.parent[tried])
    pairs = Arcs(
        above[problem.parent[tried]],
        first_expert + problem.expert[tried],
        np.ones(len(tried), np.int64),
        -weight[tried],
    )
    arcs = _joined(_frame(problem, flow, needed, above), pairs)
    used = _solve(arcs, int(problem.size.sum()), len(flow.price))
    _reprice(arcs, used, flow)
    flow.price[:first_expert] = flow.price[above]
    flow.chosen = np.zeros(problem.pairs, bool)
    flow.chosen[tried] = used[len(arcs.tail) - len(tried) :] > 0
    flow.empty = int(problem.size.sum() - flow.chosen.sum())
    load = np.bincount(problem.expert[flow.chosen], minlength=problem.experts)
    flow.idle = int(np.maximum(problem.low - load, 0).sum())
    gain = gains(problem, weight, flow)
    flow.upper = _upper(fixed, problem, flow, gain)
    better = (gain > 0) & ~flow.tried
    flow.tried |= better
    return not better.any()


def gains(problem: Problem, weight: Whole, flow: Flow) -> Whole:
    """How much better each pair is than the prices at both its ends ask."""
    first_expert = problem.cases + len(problem.group_most)
    gain: Whole = weight - flow.price[problem.parent]
    gain += flow.price[first_expert + problem.expert]
    return gain


def best(problem: Problem, weight: Whole, flow: Flow) -> None:
    """Go on until no pair is better: the flow is then the best, first in seats, then in least loads, then in fit."""
    while True:
        while not improve(problem, weight, flow):
            pass
        if not _dearer(problem, flow):
            return


def _needed(problem: Problem, parent: Whole) -> tuple[Whole, Whole]:
    """The groups that pairs with these parents could break, and for each node the next one upwards that is no other group.

    Most institutions have one candidate of a case: a node for each would make the network many times larger.
    """
    groups = len(problem.group_most)
    upwards = np.concatenate([np.arange(problem.cases), problem.group_parent])
    below = np.zeros(problem.cases + groups, np.int64)
    while np.any(parent >= problem.cases):
        parent = parent[parent >= problem.cases]
        below += np.bincount(parent, minlength=len(below))
        parent = upwards[parent]
    stays = np.concatenate([np.ones(problem.cases, bool), below[problem.cases :] > problem.group_most])
    above = np.arange(problem.cases + groups)
    while not stays[above].all():
        above = np.where(stays[above], above, upwards[above])
    return np.flatnonzero(stays[problem.cases :]), above


def _frame(problem: Problem, flow: Flow, needed: Whole | None = None, above: Whole | None = None) -> Arcs:
    """Every arc that is no pair: seats of cases, seats left empty, groups (those that are needed), loads."""
    cases, groups, experts = problem.cases, len(problem.group_most), problem.experts
    needed = np.arange(groups) if needed is None else needed
    above = np.arange(cases + groups) if above is None else above
    source, sink = cases + groups + experts, cases + groups + experts + 1
    at_case, at_expert = np.arange(cases), cases + groups + np.arange(experts)
    zero = np.zeros
    return Arcs(
        np.concatenate([np.full(cases, source), at_case, above[problem.group_parent[needed]], at_expert, at_expert]),
        np.concatenate([at_case, np.full(cases, sink), cases + needed, np.full(2 * experts, sink)]),
        np.concatenate(
            [problem.size, problem.size, problem.group_most[needed], problem.low, problem.high - problem.low]
        ),
        np.concatenate(
            [
                zero(cases, np.int64),
                np.full(cases, flow.empty_price),
                zero(len(needed), np.int64),
                np.full(experts, -flow.idle_price),
                zero(experts, np.int64),
            ]
        ),
    )


def _joined(one: Arcs, other: Arcs) -> Arcs:
    return Arcs(
        np.concatenate([one.tail, other.tail]),
        np.concatenate([one.head, other.head]),
        np.concatenate([one.capacity, other.capacity]),
        np.concatenate([one.cost, other.cost]),
    )


def _solve(arcs: Arcs, seats: int, nodes: int) -> Whole:
    from ortools.graph.python import min_cost_flow

    solver = min_cost_flow.SimpleMinCostFlow()
    solver.add_arcs_with_capacity_and_unit_cost(
        arcs.tail.astype(np.int32), arcs.head.astype(np.int32), arcs.capacity, arcs.cost
    )
    solver.set_node_supply(nodes - 2, seats)
    solver.set_node_supply(nodes - 1, -seats)
    status = solver.solve()
    if status != solver.OPTIMAL:
        raise RuntimeError(f"the flow was not solved: {status}")
    flows: Whole = solver.flows(np.arange(len(arcs.tail), dtype=np.int32))
    return flows


def _reprice(arcs: Arcs, used: Whole, flow: Flow) -> None:
    """Shortest paths in what the flow leaves over, from the last prices on: afterwards no arc with room is too cheap."""
    onward, back = used < arcs.capacity, used > 0
    tail = np.concatenate([arcs.tail[onward], arcs.head[back]])
    head = np.concatenate([arcs.head[onward], arcs.tail[back]])
    cost = np.concatenate([arcs.cost[onward], -arcs.cost[back]])
    by_tail = np.argsort(tail, kind="stable")
    tail, head, cost = tail[by_tail], head[by_tail], cost[by_tail]
    nodes = len(flow.price)
    first = np.searchsorted(tail, np.arange(nodes + 1))
    price = flow.price.copy()
    changed = np.arange(nodes)
    while len(changed):
        if len(changed) > nodes // 4:
            start, to = tail, head
            offer = price[start] + cost
        else:
            count = first[changed + 1] - first[changed]
            at = np.repeat(first[changed] - np.cumsum(count) + count, count) + np.arange(int(count.sum()))
            to, offer = head[at], price[tail[at]] + cost[at]
        cheaper = offer < price[to]
        to, offer = to[cheaper], offer[cheaper]
        np.minimum.at(price, to, offer)
        changed = np.unique(to)
    flow.price = price


def _dearer(problem: Problem, flow: Flow) -> bool:
    """Raise what an empty seat or an idle expert costs if a plan with fewer of them exists. Tells whether it did."""
    if max(flow.empty_price, flow.idle_price) > LARGEST // (64 * len(flow.price)):
        return False
    if flow.empty and flow.empty > int(problem.size.sum()) - most_seats(problem, problem.high):
        flow.empty_price *= 64
    elif flow.idle and flow.idle > int(problem.low.sum()) - most_seats(problem, problem.low):
        flow.idle_price *= 64
    else:
        return False
    return True


def most_seats(problem: Problem, load: Whole) -> int:
    """How many seats can be filled at all if no expert sits on more panels than `load`."""
    from ortools.graph.python import max_flow

    flow = Flow(np.zeros(0, bool), np.zeros(0, np.int64), np.zeros(0, bool), 0, 0)
    frame, first_expert = _frame(problem, flow), problem.cases + len(problem.group_most)
    frame.capacity[problem.cases : 2 * problem.cases] = 0
    frame.capacity[-2 * problem.experts : -problem.experts] = load
    frame.capacity[-problem.experts :] = 0
    tail = np.concatenate([frame.tail, problem.parent])
    head = np.concatenate([frame.head, first_expert + problem.expert])
    capacity = np.concatenate([frame.capacity, np.ones(problem.pairs, np.int64)])
    solver = max_flow.SimpleMaxFlow()
    solver.add_arcs_with_capacity(tail.astype(np.int32), head.astype(np.int32), capacity)
    source = first_expert + problem.experts
    solver.solve(source, source + 1)
    return int(solver.optimal_flow())


def _upper(frame: Arcs, problem: Problem, flow: Flow, gain: Whole) -> int:
    """No flow is worth more than this, whatever the prices (weak duality), once empty seats and idle experts are paid."""
    price, seats = flow.price, int(problem.size.sum())
    cost = frame.cost + price[frame.tail] - price[frame.head]
    least = int((frame.capacity * np.minimum(cost, 0)).sum()) - int(np.maximum(gain, 0).sum())
    least -= seats * int(price[-2] - price[-1])
    # Meeting every least load is no gain in fit: what its arcs paid is taken off again.
    return -least - int(problem.low.sum()) * flow.idle_price
