"""One round at a glance: how far its cases are, how long they wait, where they come from, what they ask for."""
