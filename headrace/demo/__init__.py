"""The demo of a use case: from nothing to scored live events, in five steps."""
