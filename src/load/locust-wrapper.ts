import { type Hopeless, hopelessMedian, JUDGED_AFTER_SECONDS } from './hopeless.ts'
import { TERMINATION_LOG } from './message.ts'

export const LOCUST_WRAPPER = 'plimsoll_wrapper.py'

/** A second locustfile without users: it forgets the warm-up, and writes the result as the termination message of its container. */
export function locustWrapper(warmUpSeconds: number, hopeless?: Hopeless): string {
  return `import json
import time

import gevent
from locust import events

since = [0.0]
aborted = []


@events.test_start.add_listener
def forget_warm_up(environment, **_):
    since[0] = time.time()

    def forget():
        environment.stats.reset_all()
        since[0] = time.time()

    gevent.spawn_later(${warmUpSeconds}, forget)
${hopeless ? endingEarly(warmUpSeconds, hopeless) : ''}

@events.quitting.add_listener
def write_result(environment, **_):
    total = environment.stats.total
    seconds = max(0.001, (total.last_request_timestamp or time.time()) - since[0])
    percentile = total.get_response_time_percentile
    latencies = {"p%d" % percent: percentile(percent / 100) for percent in (50, 90, 95, 99)}
    result = {
        "requests": total.num_requests,
        "failed": total.num_failures,
        "scheduledPerSecond": total.num_requests / seconds,
        "sentPerSecond": total.num_requests / seconds,
        "latencyMilliseconds": dict(latencies, max=total.max_response_time) if total.num_requests else {},
    }
    if aborted:
        result["aborted"] = aborted[0]
    if getattr(environment.runner, "cpu_warning_emitted", False):
        result["throttled"] = "Locust used more than 90 % of its CPU: lower the number of users"
    with open("${TERMINATION_LOG}", "w") as file:
        json.dump(result, file)
`
}

function endingEarly(warmUpSeconds: number, hopeless: Hopeless): string {
  const { medianMilliseconds, errorShare } = hopelessMedian(hopeless)
  return `
    def look():
        total = environment.stats.total
        if total.num_requests == 0:
            return
        median = total.get_response_time_percentile(0.5)
        if median > ${medianMilliseconds} or total.fail_ratio > ${errorShare}:
            aborted.append("the median was %d ms, and %.0f %% of the requests had failed" % (median, 100 * total.fail_ratio))
            environment.runner.quit()

    gevent.spawn_later(${warmUpSeconds + JUDGED_AFTER_SECONDS}, look)
`
}
