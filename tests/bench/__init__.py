"""Measurements of the speed table (`make bench`); never part of the tests."""
