"""From a prediction back to code, data, features and version, and scored again."""
