"""Benchmarks: each file measures one thing and prints medians and ratios. Never part of the tests."""
