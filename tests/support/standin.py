"""Stand-ins for the platform's processes, for tests of the supervisor alone.

`python standin.py serve PORT` answers 200 on every path and starts a worker process of its own that outlives it,
as granian's does; `python standin.py work` just lives; `python standin.py fail` ends with an error.
"""

import http.server
import os
import signal
import subprocess
import sys
import time


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def main(task: str, *arguments: str) -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(f"{task} {os.getpid()}", flush=True)
    if task == "serve":
        subprocess.Popen([sys.executable, __file__, "outlive"])
        http.server.ThreadingHTTPServer(("127.0.0.1", int(arguments[0])), Answer).serve_forever()
    elif task == "outlive":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(600)
    elif task == "work":
        time.sleep(600)
    elif task == "fail":
        print("it cannot work", flush=True)
        sys.exit(3)


if __name__ == "__main__":
    main(*sys.argv[1:])
