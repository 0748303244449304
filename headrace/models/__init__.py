"""Models: defined by name, trained once, sealed in an artifact, scored the same everywhere.

Two halves that meet in the artifact folder. The *training side* (`definition`, `training_set`,
`policy`, `evaluation`, `onnx_export`, `explanation`, `training`, `report`) needs pandas and
scikit-learn. The *worker side* (`features`, `manifest`, `onnx_model`, `artifact`, `reasons`,
`scorer`) needs numpy and onnxruntime and imports nothing heavier.
"""
