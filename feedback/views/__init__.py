"""The pages of feedback, one module for each subject."""
