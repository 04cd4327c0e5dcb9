"""ray_job.py URL FOLDER END: submits FOLDER's job, which runs until there is a file END, and reads its log to the end.

By Ray's own client. Says on its output what it saw, a JSON object a line; reads a line before it waits for the end.
"""
import asyncio
import json
import sys

from ray.job_submission import JobSubmissionClient

url, folder, end = sys.argv[1:]


def say(**what):
    print(json.dumps(what), flush=True)


client = JobSubmissionClient(url)
job = client.submit_job(entrypoint="python3 -u job.py", runtime_env={"working_dir": folder, "env_vars": {"END": end}})
say(job=job)
sys.stdin.readline()


async def rest():
    lines = []
    async for text in client.tail_job_logs(job):
        lines += text.splitlines()
    return lines


say(lines=asyncio.run(rest()), status=client.get_job_status(job))
