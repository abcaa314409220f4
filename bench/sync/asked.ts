import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../../test/cluster/harness/index.ts'

/** When the API server was asked for lists of Recommendations: it writes it down in its audit log. */
export class ListLog {
  /** For the API server. */
  readonly apiserverArgs: readonly string[]
  readonly #path: string

  constructor(directory: string) {
    const policy = join(directory, 'audit-policy.json')
    this.#path = join(directory, 'audit.log')
    const rules = [
      { level: 'Metadata', verbs: ['list'], resources: [{ group: 'plimsoll.dev', resources: ['recommendations'] }] },
      { level: 'None' },
    ]
    const omitStages = ['RequestReceived']
    writeFileSync(policy, JSON.stringify({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', omitStages, rules }))
    this.apiserverArgs = [`--audit-policy-file=${policy}`, `--audit-log-path=${this.#path}`]
  }

  /** The first one since then; both Unix times in milliseconds. */
  async firstSince(sinceMilliseconds: number): Promise<number> {
    return await until('the audit log to tell of a list', () =>
      readFileSync(this.#path, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => Date.parse((JSON.parse(line) as { requestReceivedTimestamp: string }).requestReceivedTimestamp))
        .find((at) => at >= sinceMilliseconds),
    )
  }
}
