"""What a viewer sees of how the network fares. The viewer is always the first argument."""
