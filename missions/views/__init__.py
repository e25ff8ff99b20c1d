"""The pages of a mission, one module for each step of the way."""
