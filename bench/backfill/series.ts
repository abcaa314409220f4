import { CPU_METRIC, MEMORY_METRIC } from '../../src/history/metrics.ts'

export const DAYS = 14
export const END_SECONDS = 1_780_272_000
/** Hourly points, of two scrapes each: at five minutes, making the series would take hours, and reading them as long per point. */
export const STEP_SECONDS = 3600
const SCRAPE_SECONDS = 1800
const CONTAINERS_A_NAMESPACE = 500
const HOUR = 3600

export function namespacesFor(containers: number): string[] {
  return Array.from({ length: containers / CONTAINERS_A_NAMESPACE }, (_, i) => `team-${i}`)
}

/** A fortnight of CPU and memory of so many containers, as cAdvisor has them, in OpenMetrics text. */
export function* fortnightOf(containers: number): Generator<string> {
  const namespaces = namespacesFor(containers)
  const family = CPU_METRIC.replace(/_total$/, '')
  for (const [metric, type, name] of [
    [family, 'counter', CPU_METRIC],
    [MEMORY_METRIC, 'gauge', MEMORY_METRIC],
  ] as const) {
    yield `# TYPE ${metric} ${type}\n`
    for (const namespace of namespaces) {
      for (let i = 0; i < CONTAINERS_A_NAMESPACE; i++) {
        const labels = `{namespace="${namespace}",pod="service-${i}-5b8dd68bd7-x7kd4",container="app"}`
        yield oneSeries(`${name}${labels}`, type === 'counter', i)
      }
    }
  }
  yield '# EOF\n'
}

function oneSeries(series: string, isCounter: boolean, i: number): string {
  let text = ''
  let total = 0
  const from = END_SECONDS - DAYS * 24 * HOUR - 2 * STEP_SECONDS
  for (let at = from; at < END_SECONDS; at += SCRAPE_SECONDS) {
    const load =
      1 + 0.5 * Math.sin((2 * Math.PI * (at + i * 977)) / (24 * HOUR)) + ((at / SCRAPE_SECONDS + i * 37) % 29) / 100
    total += 0.01 * ((i % 40) + 1) * load * SCRAPE_SECONDS
    const value = isCounter ? total.toFixed(3) : Math.round((64 + i) * 2 ** 20 * load)
    text += `${series} ${value} ${at}\n`
  }
  return text
}
