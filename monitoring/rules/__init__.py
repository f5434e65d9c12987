"""What can be wrong with a network: one module for each rule, found by walking this package (see `base`)."""
