"""DAGs by the labs' names, for a real Airflow; the work of their tasks is left out."""
from datetime import datetime

from airflow import DAG
from airflow.operators.python import PythonOperator


def works(step):
    print("step", step)


def fails(_step):
    raise RuntimeError("No partitions assigned for topics ['gourmetgram.views']")


def dag(name, steps, task=works):
    with DAG(name, start_date=datetime(2026, 1, 1), schedule=None, catchup=False) as made:
        last = None
        for step in steps:
            operator = PythonOperator(task_id=step, python_callable=task, op_args=[step], retries=0)
            if last is not None:
                last >> operator
            last = operator
    return made


aggregation = dag("redpanda_event_aggregation", ["read_events", "write_windows"])
training = dag("moderation_training", ["join_features", "write_training_data"], fails)
