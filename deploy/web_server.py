"""The deployed web server; see https://docs.gunicorn.org/en/stable/settings.html."""

import os

bind = "0.0.0.0:8000"  # inside its container; only the proxy reaches it
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = 4
preload_app = True
timeout = 60
worker_tmp_dir = "/dev/shm"  # noqa: S108  (memory, so that heartbeats never wait for a disk)
control_socket_disable = True
