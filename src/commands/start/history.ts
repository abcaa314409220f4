import { readFile } from 'node:fs/promises'
import {
  type BadRowsSummary,
  fileHistory,
  type HistorySource,
  type PrometheusOptions,
  prometheusHistory,
  syntheticHistory,
} from '../../history/index.ts'
import { CommandError } from '../failure.ts'

type Pair = readonly [name: string, value: string]

/** Where to learn from; from the synthetic history where neither a file nor a Prometheus is named. */
export interface HistoryOptions {
  readonly history?: string
  readonly prometheus?: string
  readonly prometheusNamespace?: readonly string[]
  readonly prometheusLabel?: readonly Pair[]
  readonly prometheusHeader?: readonly Pair[]
  readonly prometheusTokenFile?: string
  readonly prometheusUser?: string
  readonly prometheusPasswordFile?: string
  readonly prometheusCaFile?: string
}

export interface ChosenHistory {
  readonly source: HistorySource
  readonly isSynthetic: boolean
  /** Rows of a file that were left out, once it has been read. */
  readonly badRows: () => BadRowsSummary | undefined
  /** What a server warned of, once it has been read. */
  readonly warnings: readonly string[]
}

/** @throws CommandError, HistoryError where an option cannot be used */
export async function chooseHistory(options: HistoryOptions): Promise<ChosenHistory> {
  const warnings: string[] = []
  let badRows: BadRowsSummary | undefined
  const choose = async (): Promise<HistorySource> => {
    if (options.prometheus !== undefined) {
      return prometheusHistory({
        ...(await prometheusOptions(options, options.prometheus)),
        onWarning: (message) => warnings.push(message),
      })
    }
    if (options.history === undefined) return syntheticHistory()
    return fileHistory(options.history, {
      onBadRows: (summary) => {
        badRows = summary
      },
    })
  }
  const isSynthetic = options.prometheus === undefined && options.history === undefined
  return { source: await choose(), isSynthetic, badRows: () => badRows, warnings }
}

async function prometheusOptions(options: HistoryOptions, url: string): Promise<PrometheusOptions> {
  const { prometheusNamespace, prometheusLabel, prometheusHeader, prometheusTokenFile, prometheusCaFile } = options
  const basicAuth = await basicAuthOf(options)
  return {
    url,
    nowSeconds: () => Date.now() / 1000,
    ...(prometheusNamespace && { namespaces: prometheusNamespace }),
    ...(prometheusLabel && { labels: Object.fromEntries(prometheusLabel) }),
    ...(prometheusHeader && { headers: Object.fromEntries(prometheusHeader) }),
    ...(prometheusTokenFile !== undefined && { bearerTokenFile: prometheusTokenFile }),
    ...(prometheusCaFile !== undefined && { caFile: prometheusCaFile }),
    ...(basicAuth && { basicAuth }),
  }
}

/** The password comes from a file, as anyone on the machine can read the arguments of a process. */
async function basicAuthOf({
  prometheusUser,
  prometheusPasswordFile,
}: HistoryOptions): Promise<PrometheusOptions['basicAuth']> {
  if (prometheusUser === undefined && prometheusPasswordFile === undefined) return undefined
  if (prometheusUser === undefined || prometheusPasswordFile === undefined) {
    throw new CommandError('basic auth needs both --prometheus-user and --prometheus-password-file.')
  }
  const password = await readFile(prometheusPasswordFile, 'utf8').catch((cause: Error) => {
    throw new CommandError(`--prometheus-password-file ${prometheusPasswordFile}: ${cause.message}.`, { cause })
  })
  return { username: prometheusUser, password: password.replace(/\r?\n$/, '') }
}
