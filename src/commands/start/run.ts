import { join } from 'node:path'
import type { Goal, Recommendation } from '../../api/index.ts'
import type { Price } from '../../insight/index.ts'
import type { Learner } from '../../learner/index.ts'
import {
  type ChosenHistory,
  chooseHistory,
  type Manifest,
  readManifests,
  workloadOfManifest,
} from '../../readers/index.ts'
import { Snapshot } from '../../recommendations/index.ts'
import type { AdmissionRequest, AdmissionResponse } from '../../webhook/index.ts'
import { type RunRule, workloadKey } from '../../workloads/index.ts'
import { renderRemarks, renderRows, renderSkipped, renderWarnings } from '../history/render.ts'
import { rulesFrom } from '../run-rules.ts'
import { endOnSignals } from '../signals.ts'
import { renderYamlDiff } from '../terminal/diff.ts'
import { Progress } from '../terminal/progress.ts'
import { looksOf } from '../terminal/text.ts'
import { largestWorkloads } from './largest.ts'
import { learnFrom, recommendAll } from './learn.ts'
import { startLocalDashboard } from './local-dashboard.ts'
import { type LocalWebhook, startLocalWebhook } from './local-webhook.ts'
import {
  renderAnswer,
  renderClosing,
  renderDiffTitle,
  renderFigures,
  renderIntroduction,
  renderNotes,
  renderSent,
} from './narration.ts'
import type { StartOptions } from './options.ts'
import { openStore, publish } from './publish.ts'
import { type Case, reportOf } from './report.ts'
import { preparePods, sendPods, writeReviews } from './send.ts'
import { renderTable } from './table.ts'

const EXAMPLES = join(import.meta.dirname, '..', '..', '..', 'examples')
/** Number of workloads that are shown of a history that none of the examples belongs to. */
const SHOWN_WORKLOADS = 10

/**
 * Runs the whole loop on this machine: reads usage, stores recommendations, serves the webhook, sends Pods through it
 * and shows the result.
 */
export async function start(options: StartOptions, out: NodeJS.WriteStream = process.stdout): Promise<void> {
  const looks = looksOf(out)
  const paths = options.pods ?? [EXAMPLES]
  const { manifests, skipped } = await readManifests(paths, options.strict)
  out.write(renderSkipped(skipped))
  const rules = rulesFrom(options.config)
  const history = await chooseHistory({ ...options, rules })
  const store = await openStore(options.data)
  const snapshot = new Snapshot()
  const told: { answer?: (request: AdmissionRequest, response: AdmissionResponse) => void } = {}
  let webhook: LocalWebhook | undefined
  let isServing = false
  try {
    // Before learning, so that a used port is reported immediately. The webhook is not ready until the snapshot is filled.
    webhook = await startLocalWebhook({
      ...options,
      directory: join(options.data, 'tls'),
      ...{ snapshot, rules },
      onAnswer: (request, response) => told.answer?.(request, response),
    })
    const learned = await learn(history, options.goal, out)
    const published = await publish(store, learned)
    snapshot.replace(published)

    const files = await showPods({ options, rules, manifests, published, webhook, out })
    if (options.once) return
    told.answer = (request, response) => out.write(renderAnswer(request, response))
    const { url, caFile, running } = webhook
    const dashboard = await startLocalDashboard({ options, rules, history, manifests, paths, published, out })
    endOnSignals({
      drain: async () => {
        out.write('\nStopping: open requests are still answered. Press Ctrl-C again to stop immediately.\n')
        await Promise.all([running.drain(), dashboard.close()])
        await store.close()
      },
    })
    isServing = true
    const { opsUrl } = running
    const serving = { url, opsUrl, caFile, reviewFile: files[0]!, command: calledAs() }
    out.write(renderClosing({ ...serving, dashboard: dashboard.link }, looks))
  } finally {
    if (!isServing) {
      await webhook?.running.close()
      await store.close()
    }
  }
}

async function learn(history: ChosenHistory, goal: Goal, out: NodeJS.WriteStream): Promise<Recommendation[]> {
  const looks = looksOf(out)
  out.write(renderIntroduction(history, looks))
  const progress = new Progress(out)
  const startedAt = performance.now()
  let learner: Learner
  let lastSeconds: number
  try {
    ;({ learner, lastSeconds } = await learnFrom(
      history.source,
      { onProgress: (done) => progress.show(done) },
      history.minimumHistory,
    ))
  } finally {
    progress.end()
  }
  const learned = recommendAll(learner, goal, lastSeconds, new Date().toISOString())
  const figures = {
    workloads: [...learner.workloads()].length,
    recommended: learned.length,
    ...learner.counts,
    seconds: (performance.now() - startedAt) / 1000,
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
  }
  const told = renderRows(history.summary(), looks) + renderRemarks(history.remarks(), looks)
  out.write(renderFigures(figures, looks) + told + renderWarnings(history.warnings, looks))
  return learned
}

interface Showing {
  readonly options: StartOptions
  readonly rules: readonly RunRule[] | undefined
  readonly manifests: readonly Manifest[]
  readonly published: readonly Recommendation[]
  readonly webhook: LocalWebhook
  readonly out: NodeJS.WriteStream
}

/**
 * Sends Pods through the webhook and prints the result.
 *
 * @returns the files with their reviews
 */
async function showPods({ options, rules, manifests, published, webhook, out }: Showing): Promise<string[]> {
  const looks = looksOf(out)
  const prices: Price = { coreHour: options.cpuPrice, gibHour: options.memoryPrice }
  const applied = new Map(published.map((one) => [keyOf(one), one.status?.applied]))
  const isLearned = (manifest: Manifest) => applied.has(workloadKey(workloadOfManifest(manifest, rules)))
  // For a history of other workloads than the examples, Pods of these workloads are shown.
  const isForeign = options.pods === undefined && !manifests.some(isLearned)
  const largest = isForeign ? largestWorkloads(published, SHOWN_WORKLOADS, prices) : []
  const isOfHistory = largest.length > 0
  const shown = isOfHistory ? largest : manifests

  const pods = preparePods(shown, Date.now() / 1000, rules)
  const files = await writeReviews(pods, join(options.data, 'reviews'))
  const cases = await sendPods(pods, webhook, (workload) => applied.get(workloadKey(workload)))
  const report = reportOf(cases, isOfHistory ? undefined : prices)
  out.write(renderSent(cases, webhook.url, isOfHistory ? published.length : undefined, looks))
  out.write(renderTable(report, looks) + (isOfHistory ? '' : renderNotes(report, prices, looks)))
  const example = mostChanged(cases)
  if (example) {
    const columns = out.isTTY ? looks.columns : Number.POSITIVE_INFINITY
    out.write(renderDiffTitle(example, looks) + renderYamlDiff(example.before, example.after, { ...looks, columns }))
  }
  return files
}

function keyOf({ metadata: { namespace }, spec: { workload } }: Recommendation): string {
  return workloadKey({ namespace, ...workload })
}

/** Of the Pods that were changed, the first one with the most containers. */
function mostChanged(cases: readonly Case[]): Case | undefined {
  return cases
    .filter(({ reasons }) => reasons.includes('Applied'))
    .reduce<Case | undefined>((best, one) => (best && sizeOf(best) >= sizeOf(one) ? best : one), undefined)
}

function sizeOf({ learned }: Case): number {
  return learned?.containers.length ?? 0
}

/** What a person types to run this command, without the options. */
function calledAs(): string {
  return process.env.npm_lifecycle_event === 'start' ? 'npm start --' : 'plimsoll start'
}
