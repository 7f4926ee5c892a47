"""What a definition must satisfy before it may be published, one question per file.

flow      every outcome leads somewhere, nothing is unreachable      names     expressions read only what is there
duties    who plans, runs and supervises are different people        worth     money, notices, panels, points
sources   every rule has its source, both languages are there        drawing   reviewers who are drawn, and from what
unused    nothing is declared in vain
"""
