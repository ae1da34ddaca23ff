"""The parts of ``benchmarks/classifiers.py``."""
