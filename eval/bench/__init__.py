"""Benchmarks of speed and of single parts, run by command: `python -m eval.bench NAME`."""
