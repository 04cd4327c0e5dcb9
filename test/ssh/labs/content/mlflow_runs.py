"""What a student who has done a lab has in MLflow, logged by the real client.

mlflow_runs.py URI full|persist     the lab of MLflow; that of persistent data
"""
import os
import sys
import tempfile
import time

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag

uri, mode = sys.argv[1:]
mlflow.set_tracking_uri(uri)
client = MlflowClient()
if client.get_experiment_by_name("food11-classifier"):
    sys.exit(0)
experiment = client.create_experiment("food11-classifier")
NOW = int(time.time() * 1000)
MINUTE = 60_000
AS_IT_CAME, FASTER, LIGHTNING = ("a" * 40, "b" * 40, "c" * 40)


def run(name, ago, params, metrics, tags, status="FINISHED", files=()):
    """@param ago minutes @param metrics by name: the last value"""
    start = NOW - ago * MINUTE
    made = client.create_run(experiment, start_time=start, run_name=name, tags={"mlflow.source.name": "gourmetgram-train/train.py"})
    key = made.info.run_id
    values = [Metric(metric, value * (1 + 0.1 * (2 - step)), start + step * 1000, step) for metric, value in metrics.items() for step in range(3)]
    client.log_batch(key, values, [Param(*each) for each in params.items()], [RunTag(*each) for each in tags.items()])
    with tempfile.TemporaryDirectory() as folder:
        for path, text in files:
            name = os.path.join(folder, os.path.basename(path))
            with open(name, "w") as file:
                file.write(text)
            client.log_artifact(key, name, os.path.dirname(path) or None)
    if status != "RUNNING":
        client.set_terminated(key, status, start + 4 * MINUTE)
    return key


if mode == "persist":
    model = [("food11/MLmodel", "flavors:\n  pytorch: {}\n"), ("food11/data/model.pth", "not a model\n")]
    run("bouncy-shad-12", 60, {}, {"eval_accuracy": 0.9059}, {}, files=model)
    sys.exit(0)

GPU = [("gpu-info.txt", "GPU 0: NVIDIA A100-PCIE-40GB\n")]
SETTINGS = {"model_architecture": "MobileNetV2", "lr": "0.0001", "batch_size": "32", "total_epochs": "20"}
PROGRESS = {"train_loss": 0.4, "train_accuracy": 0.88, "val_loss": 0.5, "val_accuracy": 0.86, "epoch_time": 55.0}
MACHINE = {"system/gpu_0_utilization_percentage": 31.0, "system/cpu_utilization_percentage": 70.0}


def commit(of):
    return {"mlflow.source.git.commit": of}


run("as it came", 150, SETTINGS, PROGRESS | MACHINE, commit(AS_IT_CAME), "KILLED", GPU)
run("too early", 140, SETTINGS, {}, commit(AS_IT_CAME), "FAILED")
note = {"mlflow.note.content": "More workers load the data"}
fast = run("faster", 120, SETTINGS | {"num_workers": "16"}, PROGRESS | MACHINE | {"test_loss": 0.41, "test_accuracy": 0.9041}, commit(FASTER) | note, files=GPU)
light = {key: value for key, value in PROGRESS.items() if key != "epoch_time"}
best = None
for lr, accuracy, ago in (("0.0001", 0.9056, 90), ("0.0003", 0.9112, 60)):
    settings = {"optimizer_name": "Adam", "lr": lr, "epochs": "20"}
    best = run(f"lightning {lr}", ago, settings, light | MACHINE | {"test_loss": 0.39, "test_accuracy": accuracy}, commit(LIGHTNING) | {"Mode": "testing"}, files=GPU)
run("still at it", 1, {"optimizer_name": "Adam", "lr": "0.001"}, {"train_loss": 1.1}, commit(LIGHTNING) | {"Mode": "training"}, "RUNNING")
model = client.create_logged_model(experiment, name="model", source_run_id=fast, model_type="")
client.finalize_logged_model(model.model_id, "READY")
for name, key in (("food11", fast), ("food11-staging", best)):
    client.create_registered_model(name)
    client.create_model_version(name, source=f"mlflow-artifacts:/{experiment}/{key}/artifacts/model", run_id=key)
