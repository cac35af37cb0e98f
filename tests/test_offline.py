"""Promise 5: no model, no key, no network. The whole main job runs where no socket can be opened."""

from __future__ import annotations

import subprocess
import sys

from sandbox import Sandbox

PROGRAM = """
import socket, sys

def refuse(*given, **named):
    raise AssertionError("a socket was opened")

socket.socket.connect = refuse
socket.create_connection = refuse
socket.getaddrinfo = refuse
from memdir.cli.main import main
for words in (["index", "rebuild"], ["recall", "port"], ["check"], ["instructions"], ["context", "--query", "port"],
              ["graph", "stats"], ["add", "A memory without a network."], ["tidy", "--yes"], ["status"]):
    code = main(words)
    assert code in (0, 1), (words, code)
"""


def test_the_main_job_opens_no_socket(sample: Sandbox) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, env=sample.env, cwd=sample.project, check=False
    )
    assert done.returncode == 0, done.stderr
