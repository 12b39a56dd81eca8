"""Answer the polls and streams of members without the framework."""
