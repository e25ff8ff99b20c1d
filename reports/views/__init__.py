"""The pages of the board reports and of what else is printed."""
