<<<<<<< HEAD
"""Benchmarks of speed and of single parts, run by command: `python -m eval.bench NAME`."""
=======
"""How fast, how large: one file per benchmark, run by `python -m eval.bench NAME`."""
>>>>>>> i4
