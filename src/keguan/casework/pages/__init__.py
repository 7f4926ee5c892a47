"""The pages of casework: the public ones, the to-do list, rounds, cases and their forms."""
