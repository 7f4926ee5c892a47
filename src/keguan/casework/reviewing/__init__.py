"""The reviewer's desk: what a reviewer types before it counts, what they stated, how they scored before."""
