// The chart's alert for a boost that was not removed: with its own times in promtool, with shorter ones in a real Prometheus.
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parse } from 'yaml'
import { CHART } from '../../../scripts/chart/files.ts'
import type { Prometheus } from '../harness/index.ts'

const ALERT = 'PlimsollBoostNotRemoved'
const ALERTS = join(CHART, 'files', 'alerts.yaml')

interface Rules {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[]
}
interface Rule {
  readonly alert: string
  readonly expr: string
  readonly for?: string
}

/** Time until the chart's alert fires after the last learner stopped: the range of its expression and its `for`. */
const REAL = { unseenSeconds: 120, for: '5m' }
const SHORT = { unseenSeconds: 20, for: '15s' }

/**
 * The chart's rules, unchanged or with seconds instead of minutes.
 *
 * @throws if the alert has other times than this file expects
 */
export function boostRules(isReal: boolean): object {
  const rules: Rules = parse(readFileSync(ALERTS, 'utf8'))
  const rule = rules.groups.flatMap((group) => group.rules).find(({ alert }) => alert === ALERT)
  const waits = `time() - ${REAL.unseenSeconds}`
  if (!rule?.expr.includes(waits) || rule.for !== REAL.for) throw new Error(`${ALERT} waits otherwise than ${waits}`)
  if (isReal) return rules
  const short = { ...rule, expr: rule.expr.replace(waits, `time() - ${SHORT.unseenSeconds}`), for: SHORT.for }
  return { groups: [{ name: 'short', rules: [short] }] }
}

/** State of the alert in a Prometheus: `firing`, `pending` or `inactive`; undefined before it was evaluated. */
export async function boostAlert({ url }: Prometheus): Promise<string | undefined> {
  const answer = (await (await fetch(`${url}/api/v1/rules?type=alert`)).json()) as {
    data: { groups: readonly { rules: readonly { name: string; state: string; lastEvaluation: string }[] }[] }
  }
  const rule = answer.data.groups.flatMap(({ rules }) => rules).find(({ name }) => name === ALERT)
  return rule && Date.parse(rule.lastEvaluation) > 0 ? rule.state : undefined
}

/** Value of a metric, over all that report it; undefined if Prometheus has none. */
export async function valueIn({ url }: Prometheus, metric: string): Promise<number | undefined> {
  const query = encodeURIComponent(`max(${metric})`)
  const answer = (await (await fetch(`${url}/api/v1/query?query=${query}`)).json()) as {
    data: { result: readonly { value: readonly [number, string] }[] }
  }
  const value = answer.data.result[0]?.value[1]
  return value === undefined ? undefined : Number(value)
}

/**
 * Asks promtool whether the chart's alert fires after this many minutes in which webhooks gave boosts and no learner ran.
 *
 * @returns undefined if it does, otherwise the output of promtool
 */
export async function whyQuiet(minutes: number, [first, last]: readonly [number, number]): Promise<string | undefined> {
  const directory = mkdtempSync(join(tmpdir(), 'plimsoll-boost-'))
  try {
    const file = join(directory, 'test.yaml')
    const input_series = [
      { series: 'plimsoll_admission_boosts_total{pod="a"}', values: `${first}x4 ${last}x${minutes}` },
      { series: 'plimsoll_boosts_looked_at_timestamp_seconds{pod="b"}', values: '0+60x4' },
    ]
    const expected = {
      expr: `count(ALERTS{alertname="${ALERT}",alertstate="firing"})`,
      eval_time: `${4 + minutes}m`,
      exp_samples: [{ labels: '{}', value: 1 }],
    }
    writeFileSync(
      file,
      JSON.stringify({ rule_files: [ALERTS], tests: [{ interval: '1m', input_series, promql_expr_test: [expected] }] }),
    )
    return await promisify(execFile)('promtool', ['test', 'rules', file]).then(
      () => undefined,
      (error: { stdout?: string; stderr?: string }) => `${error.stdout} ${error.stderr}`,
    )
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
