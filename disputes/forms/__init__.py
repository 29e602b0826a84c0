"""Shapes of input.  One form a transition, used by the page and the REST API alike."""
