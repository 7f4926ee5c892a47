"""Panels of a round at work: who is near an application, who is drawn or assigned, how they meet and vote."""
