"""Draws 抽取: who reviews the cases of a round, by chance that anyone can compute again."""
