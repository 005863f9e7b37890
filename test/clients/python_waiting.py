"""Waits for a job, watches it and follows its log while the master is gone for a while. Says on stdout how far it is."""

import sys
import threading

from drqueue import Farm

farm = Farm()
job = farm.job(int(sys.argv[1]))
states = []
log = []


def watch():
    for now in job.watch(timeout=50, poll=0.05):
        states.append((now.state, now.frame_counts.finished))


def follow():
    for piece in job.follow_log(1):
        log.append(piece)
        if "".join(log).count("\n") >= 2 and not told.is_set():
            told.set()


told = threading.Event()
threads = [threading.Thread(target=watch), threading.Thread(target=follow)]
for thread in threads:
    thread.start()
told.wait(20)
print("following", flush=True)
assert job.wait(timeout=50, poll=0.05).state == "finished", job
for thread in threads:
    thread.join(20)
assert states[-1] == ("finished", 2) and len(states) == len(set(states)) >= 2, states
text = "".join(log)
assert [line for line in text.split("\n") if line.startswith("line ")] == ["line 1 ü", "line 2"], text
assert text == job.log(1), (text, job.log(1))
print("all there")
