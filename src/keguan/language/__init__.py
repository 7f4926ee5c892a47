"""How a programme is written, read and checked: the law as data. Knows nothing of cases, people or databases."""
