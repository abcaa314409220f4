import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { DATADOG_ADVICE, type DatadogOptions, datadogAccess, datadogHistory } from '../../datadog/index.ts'
import {
  type FileHistoryOptions,
  fileHistory,
  type HistorySource,
  type HistorySummary,
  parseNamedColumns,
  syntheticHistory,
  type TableOptions,
} from '../../history/index.ts'
import type { MinimumHistory } from '../../learner/index.ts'
import { type PrometheusOptions, prometheusHistory, ReadingAccount, remarksOn } from '../../prometheus/index.ts'
import type { RunRule } from '../../workloads/index.ts'
import { ReaderError } from '../error.ts'

type Pair = readonly [name: string, value: string]

/** Options for the source to learn from. Without any, it is the recording that ships with the project. */
export interface HistoryOptions extends Omit<TableOptions, 'columns'> {
  /** Columns of the file, as a person writes them: `cpu=NAME:millicores`. */
  readonly columns?: readonly string[]
  readonly history?: string
  /** Only rows or series of the file with these values. */
  readonly historyLabel?: readonly Pair[]
  /** Rules that recognize workloads whose owners live for one run; by default those that need no settings. */
  readonly rules?: readonly RunRule[] | undefined
  /** Whether a row or document that cannot be read is an error. */
  readonly strict?: boolean
  readonly synthetic?: boolean
  readonly prometheus?: string
  readonly prometheusNamespace?: readonly string[]
  readonly prometheusLabel?: readonly Pair[]
  readonly prometheusHeader?: readonly Pair[]
  readonly prometheusTokenFile?: string
  readonly prometheusUser?: string
  readonly prometheusPasswordFile?: string
  readonly prometheusCaFile?: string
  /** Whether Datadog is read; its site and keys come from the environment. */
  readonly datadog?: boolean
  readonly datadogNamespace?: readonly string[]
  readonly datadogCluster?: string
}

export interface ChosenHistory {
  readonly source: HistorySource
  /** Description of the recording that ships with the project, for a person; undefined for any other source. */
  readonly origin?: string
  /** History that a recommendation requires; if missing, the learner's own minimum applies. */
  readonly minimumHistory?: MinimumHistory
  /** Summary of the rows of the file; undefined if there is no file, or it has not been read yet. */
  readonly summary: () => HistorySummary | undefined
  /** Warnings of the server, complete once the history has been read. */
  readonly warnings: readonly string[]
  /** Messages about series that were left out or guessed, complete once the history has been read. */
  readonly remarks: () => readonly string[]
}

const RECORDING = join(import.meta.dirname, '..', '..', '..', 'examples', 'history.csv.gz')
const ORIGIN =
  'a recording of real containers, 26 minutes long. With your own history, Plimsoll waits for a whole day; here it does not'
const MINIMUM_OF_RECORDING: MinimumHistory = { seconds: 15 * 60, samples: 20 }

/**
 * The history that the options select.
 *
 * @throws ReaderError or HistoryError if an option cannot be used
 */
export async function chooseHistory(options: HistoryOptions): Promise<ChosenHistory> {
  const warnings: string[] = []
  const account = new ReadingAccount()
  let summary: HistorySummary | undefined
  const choose = async (): Promise<HistorySource> => {
    if (options.prometheus !== undefined) {
      return prometheusHistory({
        ...(await prometheusOptions(options, options.prometheus)),
        account,
        onWarning: (message) => warnings.push(message),
      })
    }
    if (options.datadog) {
      return datadogHistory({
        ...datadogOptions(options),
        account,
        onWarning: (message) => warnings.push(message),
      })
    }
    if (options.synthetic) return syntheticHistory()
    return fileHistory(options.history ?? RECORDING, {
      ...tableOptions(options),
      ...(options.rules && { rules: options.rules }),
      onSummary: (its) => {
        summary = its
      },
    })
  }
  const advice = options.datadog ? DATADOG_ADVICE : undefined
  const remarks = () => remarksOn(account, advice).map(({ says, act }) => (act ? `${says} ${act}` : says))
  const history = { source: await choose(), summary: () => summary, warnings, remarks }
  const isRecording = options.history === undefined || resolve(options.history) === RECORDING
  return options.prometheus !== undefined || options.datadog || options.synthetic || !isRecording
    ? history
    : { ...history, origin: ORIGIN, minimumHistory: MINIMUM_OF_RECORDING }
}

/** Options about the format of the file. */
export function tableOptions({
  strict,
  delimiter,
  decimalMark,
  timeZone,
  dateOrder,
  columns,
  sameTime,
  historyLabel,
}: HistoryOptions): Omit<FileHistoryOptions, 'onSummary'> {
  return {
    ...(strict && { strict }),
    ...(delimiter !== undefined && { delimiter }),
    ...(decimalMark && { decimalMark }),
    ...(timeZone !== undefined && { timeZone }),
    ...(dateOrder && { dateOrder }),
    ...(columns && { columns: parseNamedColumns(columns) }),
    ...(sameTime && { sameTime }),
    ...(historyLabel && { labels: Object.fromEntries(historyLabel) }),
  }
}

/**
 * Options for the Prometheus at `url`.
 *
 * @throws ReaderError if the credentials cannot be read
 */
export async function prometheusOptions(options: HistoryOptions, url: string): Promise<PrometheusOptions> {
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
    ...(options.rules && { rules: options.rules }),
  }
}

/**
 * Options for Datadog.
 *
 * @throws HistoryError if the environment has no keys, or no valid ones
 */
export function datadogOptions({ datadogNamespace, datadogCluster, rules }: HistoryOptions): DatadogOptions {
  return {
    access: datadogAccess(),
    nowSeconds: () => Date.now() / 1000,
    ...(datadogNamespace && { namespaces: datadogNamespace }),
    ...(datadogCluster !== undefined && { cluster: datadogCluster }),
    ...(rules && { rules }),
  }
}

/** User name and password. The password comes from a file, because anyone on the machine can read the arguments of a process. */
async function basicAuthOf({
  prometheusUser,
  prometheusPasswordFile,
}: HistoryOptions): Promise<PrometheusOptions['basicAuth']> {
  if (prometheusUser === undefined && prometheusPasswordFile === undefined) return undefined
  if (prometheusUser === undefined || prometheusPasswordFile === undefined) {
    throw new ReaderError('basic auth needs both --prometheus-user and --prometheus-password-file.')
  }
  const password = await readFile(prometheusPasswordFile, 'utf8').catch((cause: Error) => {
    throw new ReaderError(`--prometheus-password-file ${prometheusPasswordFile}: ${cause.message}.`, { cause })
  })
  return { username: prometheusUser, password: password.replace(/\r?\n$/, '') }
}
