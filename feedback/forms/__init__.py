"""All input to feedback, one module for each subject."""
