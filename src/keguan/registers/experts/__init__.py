"""The pool of experts: who may review, in which fields, verified by whom and when."""
