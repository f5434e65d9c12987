"""The lists of monitoring: one module for each."""
