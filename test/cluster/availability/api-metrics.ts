import type { Cluster } from '../harness/index.ts'

/** What the API server itself counts of Plimsoll's webhooks, since it was started. */
export interface WebhookCounts {
  /** Calls that failed, so that a Pod was created without an answer. */
  readonly failOpen: number
  readonly calls: number
  /** Calls that took longer than the histogram's bucket next to the time-out. */
  readonly slow: number
}

/** The bucket of `apiserver_admission_webhook_admission_duration_seconds` that is next above the time-out of 2 s. */
const SLOW_BUCKET = '2.5'

export async function webhookCounts({ kubectl }: Cluster): Promise<WebhookCounts> {
  const text = await kubectl(['get', '--raw', '/metrics'])
  const sum = (metric: string, filter = '') => {
    const lines = text.split('\n').filter((line) => line.startsWith(`${metric}{`) && line.includes(filter))
    return lines
      .filter((line) => /name="(auto|approve)\.plimsoll\.dev"/.test(line))
      .reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' '))), 0)
  }
  const duration = 'apiserver_admission_webhook_admission_duration_seconds'
  const calls = sum(`${duration}_count`)
  return {
    failOpen: sum('apiserver_admission_webhook_fail_open_count'),
    calls,
    slow: calls - sum(`${duration}_bucket`, `le="${SLOW_BUCKET}"`),
  }
}
