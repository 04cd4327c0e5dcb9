#!/usr/bin/python3
"""NOT REAL: answers for a program that can't run here (docker, nvidia-smi, ...), under the name it is called by.

~/.stand-in/answers.json has them: a list of {program, words, exit, stdout, stderr}, where `words` are all of the
arguments; or of {program, words, run}: `words` are the first arguments, and the rest goes to the shell command `run`,
which is real. A question without an answer says so and ends with 97, so that nobody takes silence for "no".
"""
import json
import os
import shlex
import subprocess
import sys

program, words = os.path.basename(sys.argv[0]), sys.argv[1:]
with open(os.path.expanduser("~/.stand-in/answers.json")) as file:
    answers = json.load(file)
for answer in answers:
    asked = answer["words"]
    if answer["program"] != program or words[: len(asked)] != asked:
        continue
    if "run" in answer:
        sys.exit(subprocess.run(["sh", "-c", answer["run"] + ' "$@"', program, *words[len(asked):]]).returncode)
    if words == asked:
        sys.stdout.write(answer.get("stdout", ""))
        sys.stderr.write(answer.get("stderr", ""))
        sys.exit(answer.get("exit", 0))
print(f"{program}: no answer for: {shlex.join(words)}", file=sys.stderr)
sys.exit(97)
