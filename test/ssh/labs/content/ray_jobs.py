"""Submits jobs to a Ray of this host, as the lab does.

ray_jobs.py FOLDER STAGE[:COUNT]...   the work folder; each stage is waited for before the next one, those of a count
                                      run together; a stage that was done is left out. `infeasible` waits for two GPUs
                                      for ever, so it is not waited for.
"""
import sys
import time

from ray.job_submission import JobStatus, JobSubmissionClient

folder, stages = sys.argv[1], sys.argv[2:]
client = JobSubmissionClient("http://127.0.0.1:8265")
ENDED = {JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.STOPPED}
done = {job.metadata.get("stage") for job in client.list_jobs() if job.metadata and job.status in (JobStatus.SUCCEEDED, JobStatus.PENDING)}
for stage in stages:
    name, _, count = stage.partition(":")
    if name in done:
        continue
    asks = {"entrypoint_num_cpus": 8, "entrypoint_num_gpus": 2} if name == "infeasible" else {}
    environment = {"working_dir": folder, "env_vars": {"STAGE": name}}
    began = time.monotonic()
    jobs = [
        client.submit_job(entrypoint="python gourmetgram-train/train.py", runtime_env=environment, metadata={"stage": name}, **asks)
        for _ in range(int(count or 1))
    ]
    while name != "infeasible" and not all(client.get_job_status(job) in ENDED for job in jobs):
        if time.monotonic() - began > 150:
            sys.exit(f"{stage} did not end")
        time.sleep(0.5)
    print(stage, *(client.get_job_status(job).value for job in jobs), f"{time.monotonic() - began:.0f} s", flush=True)
