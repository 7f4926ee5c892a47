"""What applications share with others (查重): found by the machine, looked at and decided by a person."""
