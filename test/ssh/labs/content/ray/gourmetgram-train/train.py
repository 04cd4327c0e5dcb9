"""The training script of the Ray lab in small, at the stage of the lab that STAGE names; it trains nothing."""
import os
import time

STAGE = os.environ["STAGE"]
if STAGE in ("plain", "infeasible"):
    for epoch in range(2):
        print(f"Epoch {epoch}: train_loss={2.1 - epoch * 0.4:.3f}", flush=True)
elif STAGE == "fail":
    raise FileNotFoundError("[Errno 2] No such file or directory: '/mnt/Food-11/training'")
elif STAGE == "tune":
    from ray import tune

    def train_func(config):
        tune.report({"val_accuracy": config["lr"]})

    trials = tune.with_resources(train_func, {"cpu": 1, "gpu": 0.5})
    search = tune.TuneConfig(metric="val_accuracy", mode="max", num_samples=16)
    kept = tune.RunConfig(storage_path="/tmp/ray/results", verbose=1)
    print(tune.Tuner(trials, param_space={"lr": tune.loguniform(1e-5, 1e-2)}, tune_config=search, run_config=kept).fit())
else:
    import ray.train
    from ray.train import FailureConfig, RunConfig, ScalingConfig
    from ray.train.v2.api.data_parallel_trainer import DataParallelTrainer

    workers, gpus, seconds = {"train": (1, 1, 1), "two": (2, 1, 1), "half": (1, 0.5, 12), "fault": (1, 1, 20)}[STAGE]

    def train_func():
        for epoch in range(seconds):
            time.sleep(1)
            ray.train.report({"epoch": epoch})

    scaling = ScalingConfig(num_workers=workers, use_gpu=True, resources_per_worker={"GPU": gpus, "CPU": 1})
    kept = RunConfig(storage_path="/tmp/ray/results", failure_config=FailureConfig(max_failures=2))
    print(DataParallelTrainer(train_func, scaling_config=scaling, run_config=kept).fit())
