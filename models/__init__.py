"""Model definitions: one small file a model, named as the model."""
