"""All input to the map and what is done about it."""
