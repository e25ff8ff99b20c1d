"""All input to missions, one module for each step of the way."""
