"""Code trees: the classifications by which experts, and what they review, are sorted; each edition stands for itself."""
