"""All input about the organisation and its people."""
