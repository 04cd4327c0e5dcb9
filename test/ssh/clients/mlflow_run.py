"""mlflow_run.py URL EXPERIMENT: a training that reports to MLflow, a step for each line of its input.

Says on its output what the tracking server told it, a JSON object a line.
"""
import json
import sys

import mlflow

url, name = sys.argv[1:]
mlflow.set_tracking_uri(url)
experiment = mlflow.set_experiment(name)


def say(**what):
    print(json.dumps(what), flush=True)


with mlflow.start_run(run_name="through-the-forward") as run:
    mlflow.log_param("epochs", 2)
    say(experiment=experiment.experiment_id, run=run.info.run_id)
    for step, line in enumerate(sys.stdin):
        mlflow.log_metric("loss", 1 / (step + 1), step=step)
        mlflow.log_text(line, f"notes/{step}.txt")
        say(step=step)
