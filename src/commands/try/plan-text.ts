import { type ExperimentSpec, targetsOf } from '../../api/index.ts'
import type { ExperimentObject } from '../../experiment-client/index.ts'
import type { ExperimentPreview, PreviewedParameter } from '../../experiment-runner/index.ts'
import { type GridColumn, renderGrid } from '../terminal/grid.ts'
import { type Looks, paragraphs, printable } from '../terminal/text.ts'

/** What an experiment will do, before anybody agrees to it. */
export function planText({ metadata, spec }: ExperimentObject, preview: ExperimentPreview, looks: Looks): string {
  const { parameters, minutes, trials, paused } = preview
  const targets = targetsOf(spec).map(({ kind, name }) => `${kind.toLowerCase()}/${name}`)
  const lines = [
    `At most ${trials} trials, about ${minutes} minutes. Each restarts the Pods of ${targets.join(', ')} with other values, waits until they are ready, and runs the load: ${loadsText(spec)}.`,
    limitsText(spec),
    ...(paused.length > 0 ? [`Paused meanwhile: ${paused.join(', ')}.`] : []),
    'At the end everything is restored, also if the experiment is stopped or a process dies.',
  ]
  return [
    `${looks.paint('bold', printable(`Experiment ${metadata.namespace}/${metadata.name}`))}\n`,
    paragraphs(lines.map(printable), looks.columns),
    parameters.length > 0 ? `\n${renderGrid(COLUMNS, parameters, looks)}\n` : '',
  ].join('')
}

const COLUMNS: readonly GridColumn<PreviewedParameter>[] = [
  { title: 'Varied', align: 'left', of: ({ name }) => printable(name) },
  { title: 'Now', align: 'right', of: ({ now }) => now },
  { title: 'From', align: 'right', of: ({ from }) => from },
  { title: 'To', align: 'right', of: ({ to }) => to },
]

function loadsText({ loads }: ExperimentSpec): string {
  return loads
    .map(({ name, http, k6, locust, testRun }) => {
      if (http) return `${name} (${http.rate}/s to ${http.url})`
      if (testRun) return `${name} (TestRun ${testRun.name})`
      return `${name} (${k6 ? 'k6' : locust ? 'Locust' : 'a Job'})`
    })
    .join(', then ')
}

function limitsText({ limits }: ExperimentSpec): string {
  const { latency, errors } = limits ?? {}
  const slow = latency
    ? `p${latency.percentile ?? 95} at most ${latency.below}`
    : 'a p95 of at most 1.2 times that of the baseline'
  return `A configuration must meet under each load: ${slow}, and at most ${errors?.below ?? '1%'} failed requests.`
}
