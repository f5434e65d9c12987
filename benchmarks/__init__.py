"""What Busbar can do, measured: one module a benchmark, explained in docs/performance.md."""
