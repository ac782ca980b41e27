"""The machine-repair workload of benches/w1 in SimPy, as its documentation would write it.

Usage: python w1.py FIRST COUNT

One process an instance: up for an exponential time, down for a lognormal one. Prints one JSON object like
benches/comparison.rs: the number of failures and repairs, the seconds they took, and the share of time that an instance
was down (1/1001 is right).
"""

import json
import random
import sys
import time

import simpy

HORIZON_HOURS = 87_600.0
INSTANCES = 90


class Health:
    """What is down, by zone and by region, and for how long."""

    def __init__(self, env):
        self.env = env
        self.down_in_zone = [0] * 9
        self.zones_down_in_region = [0] * 3
        self.regions_down = 0
        self.down = 0
        self.changed = 0.0
        self.events = 0
        self.instances_down = 0.0
        self.system_down_since = None
        self.system_down = 0.0

    def change(self, instance, by):
        now = self.env.now
        self.events += 1
        self.instances_down += self.down * (now - self.changed)
        self.changed = now
        self.down += by
        zone = instance // 10
        self.down_in_zone[zone] += by
        # A zone is down with 4 instances, a region with 2 zones; repairs pass the same marks downwards.
        if self.down_in_zone[zone] == (4 if by > 0 else 3):
            region = zone // 3
            self.zones_down_in_region[region] += by
            if self.zones_down_in_region[region] == (2 if by > 0 else 1):
                self.regions_down += by
        is_down = self.regions_down >= 2
        if is_down and self.system_down_since is None:
            self.system_down_since = now
        elif not is_down and self.system_down_since is not None:
            self.system_down += now - self.system_down_since
            self.system_down_since = None


def instance(env, health, index, luck):
    """The life of one instance."""
    while True:
        yield env.timeout(luck.expovariate(1e-3))
        health.change(index, 1)
        yield env.timeout(luck.lognormvariate(-0.5, 1.0))
        health.change(index, -1)


def main():
    first, count = int(sys.argv[1]), int(sys.argv[2])
    events, instances_down = 0, 0.0
    start = time.process_time()
    for trial in range(first, first + count):
        luck = random.Random(trial)
        env = simpy.Environment()
        health = Health(env)
        for index in range(INSTANCES):
            env.process(instance(env, health, index, luck))
        env.run(until=HORIZON_HOURS)
        events += health.events
        instances_down += health.instances_down + health.down * (HORIZON_HOURS - health.changed)
    seconds = time.process_time() - start
    down = instances_down / (HORIZON_HOURS * INSTANCES * count)
    print(json.dumps({"work": events, "seconds": seconds, "down": down}))


main()
