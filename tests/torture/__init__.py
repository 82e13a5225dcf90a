"""Torture: everything that may befall a data directory is done to it, and what was acknowledged is counted afterwards.

Each scenario is a module with ``run(folder, rounds, chance)``, which counts what it did and what it found (``counts.py``), and
with ``SHORT`` and ``LONG``, its rounds in the tests and in ``make torture`` (``__main__.py``, which writes the report).
"""
