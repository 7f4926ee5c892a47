"""Who reviews what: the assignment of experts to applications with the most fit, proven, and explained where it falls short.

`assign` makes a plan, `repair` mends one after refusals. Both are sums: the same input gives the same plan.
"""

from keguan.fairness.assignment.making import assign
from keguan.fairness.assignment.plans import Plan, Repaired, Shortage
from keguan.fairness.assignment.repairing import repair
from keguan.fairness.assignment.terms import Bound, Candidates, Terms, in_same, outside

__all__ = ["Bound", "Candidates", "Plan", "Repaired", "Shortage", "Terms", "assign", "in_same", "outside", "repair"]
