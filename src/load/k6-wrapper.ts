import { type Hopeless, hopelessMedian, JUDGED_AFTER_SECONDS } from './hopeless.ts'
import { TERMINATION_LOG } from './message.ts'

export const K6_WRAPPER = 'plimsoll-wrapper.js'

/** What the wrapper reads: k6 computes only what it is asked for. */
export const K6_TREND_STATS = 'med,p(90),p(95),p(99),max'

/**
 * A module for k6 that runs a script as it is, and writes what came of it as the termination message of its container. What it exports
 * itself hides what `export *` brings (ECMAScript, GetExportedNames), and k6 accepts a default that is undefined.
 */
export function k6Wrapper(file: string, hopeless?: Hopeless): string {
  const script = JSON.stringify(`./${file}`)
  return `import * as script from ${script};
export * from ${script};
const run = script.default;
export { run as default };
${hopeless ? endingEarly(hopeless) : NEVER_EARLY}
export function handleSummary(data) {
  const own = (script.handleSummary && script.handleSummary(data)) || {};
  return Object.assign({}, own, { ${JSON.stringify(TERMINATION_LOG)}: JSON.stringify(resultOf(data)) });
}

function resultOf({ metrics, state }) {
  const value = (metric, field) => (metrics[metric] && metrics[metric].values[field]) || 0;
  const seconds = state.testRunDurationMs / 1000;
  const duration = ['http_req_duration', 'grpc_req_duration', 'iteration_duration'].find((name) => metrics[name]);
  const requests = value('http_reqs', 'count') || value('iterations', 'count');
  const dropped = value('dropped_iterations', 'count');
  const notMet = [];
  for (const name of Object.keys(metrics))
    for (const [threshold, { ok }] of Object.entries(metrics[name].thresholds || {}))
      if (!ok) notMet.push((name + ': ' + threshold).slice(0, 100));
  const percentile = (field) => Number(value(duration, field).toFixed(3));
  return {
    requests: requests,
    failed: value('http_req_failed', 'passes'),
    scheduledPerSecond: (requests + dropped) / seconds,
    sentPerSecond: requests / seconds,
    latencyMilliseconds: duration && {
      p50: percentile('med'),
      p90: percentile('p(90)'),
      p95: percentile('p(95)'),
      p99: percentile('p(99)'),
      max: percentile('max'),
    },
    dropped: dropped,
    aborted: notMet.find(endedIt),
    notMet: notMet.slice(0, 10),
  };
}
`
}

const NEVER_EARLY = `
const endedIt = () => false;
`

/** More thresholds beside those of the script, which is ended if they are not met. A threshold of a metric that the script has not is met. */
function endingEarly(hopeless: Hopeless): string {
  const { medianMilliseconds, errorShare } = hopelessMedian(hopeless)
  const conditions = {
    http_req_duration: `med<${Math.ceil(medianMilliseconds)}`,
    grpc_req_duration: `med<${Math.ceil(medianMilliseconds)}`,
    http_req_failed: `rate<=${errorShare}`,
  }
  return `
const conditions = ${JSON.stringify(conditions)};
const endedIt = (one) => Object.entries(conditions).some(([metric, threshold]) => one === metric + ': ' + threshold);
const thresholds = Object.assign({}, script.options && script.options.thresholds);
for (const [metric, threshold] of Object.entries(conditions))
  thresholds[metric] = [].concat(thresholds[metric] || [], { threshold: threshold, abortOnFail: true, delayAbortEval: '${JUDGED_AFTER_SECONDS}s' });
export const options = Object.assign({}, script.options, { thresholds: thresholds });
`
}
