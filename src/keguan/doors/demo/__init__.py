"""The demo: an invented cast, and a year of cases that they lived through the same doors as everybody else."""
