"""How fast, how large: one file per benchmark, run by `python -m eval.bench NAME`."""
