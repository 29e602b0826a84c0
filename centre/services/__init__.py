"""Verbs of the centre: each one transaction with its audit row, by someone who may."""
