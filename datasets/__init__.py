"""Data sets, one package a use case.

A use case that can make its own data provides ``build(folder, first_day, last_day, progress)`` in
``datasets.<case>``: it fills ``folder`` with the tables that the ``local`` environment reads, and returns the
folder. Days count from 0.
"""
