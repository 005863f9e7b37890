"""Eight threads use one farm, one job and one slave at once."""

import threading

from drqueue import Farm

farm = Farm()
shared = farm.submit(name="shared", command=["true"], frames="1-40", pool="nowhere")
slave = farm.slave("s1")
made = []
failures = []


def work(number):
    try:
        mine = farm.submit(name=f"mine {number}", command=["echo", str(number)], owner=f"o{number}")
        made.append(mine.id)
        for at in range(5):
            assert shared.finish(number * 5 + at + 1).tasks == 1
            counts = shared.refresh().frame_counts
            assert counts.total == sum((counts.waiting, counts.running, counts.finished, counts.failed))
            assert slave.refresh().name == "s1"
            assert [job.id for job in farm.jobs(owner=f"o{number}")] == [mine.id]
        assert mine.wait(30).state == "finished"
        assert f"\n{number}\n" in "\n" + mine.log(1)
    except BaseException as error:
        failures.append(error)


threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join(50)
if failures:
    raise failures[0]
assert len(set(made)) == 8 and shared.refresh().state == "finished", (made, shared)
