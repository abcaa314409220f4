import { DEFAULT_PRICES } from '../../src/config/index.ts'
import { DECISIONS } from './decisions.ts'
import { HEALTH } from './health.ts'
import { DATASOURCE, type Panel, type Section } from './panel.ts'
import { RESIZES } from './resizes.ts'
import { RISKS } from './risks.ts'
import { SAVINGS } from './savings.ts'
import { SLOS } from './slos.ts'

const SECTIONS: readonly Section[] = [SAVINGS, RISKS, DECISIONS, SLOS, RESIZES, HEALTH]

const WIDTH = 24
/** The dashboard model of Grafana 11.0; later versions migrate it when they load it. */
const SCHEMA_VERSION = 39

/** The dashboard for Grafana that the chart ships: one section for each question of a platform team. */
export function grafanaDashboard(): string {
  const dashboard = {
    uid: 'plimsoll',
    title: 'Plimsoll',
    description: 'What Plimsoll saves, what is at risk, what it decides and why, and whether it works.',
    tags: ['plimsoll', 'kubernetes'],
    schemaVersion: SCHEMA_VERSION,
    version: 1,
    editable: true,
    refresh: '1m',
    time: { from: 'now-24h', to: 'now' },
    templating: { list: variables() },
    panels: placed(SECTIONS),
  }
  return `${JSON.stringify(dashboard, null, 2)}\n`
}

function variables(): readonly object[] {
  return [
    { name: 'datasource', type: 'datasource', query: 'prometheus', label: 'Data source' },
    labelValues('cluster', 'Cluster', 'label_values(plimsoll_learner_leading, cluster)'),
    labelValues('namespace', 'Namespace', 'label_values(plimsoll_requests_cpu_cores{cluster=~"$cluster"}, namespace)'),
    price('core_hour', 'Price of a core for an hour', DEFAULT_PRICES.coreHour),
    price('gib_hour', 'Price of a GiB for an hour', DEFAULT_PRICES.gibHour),
  ]
}

/** A choice of some or all values of a label; all includes series without the label. */
function labelValues(name: string, label: string, query: string): object {
  return {
    ...{ name, type: 'query', label, datasource: DATASOURCE, definition: query },
    query: { query, refId: 'StandardVariableQuery' },
    ...{ refresh: 2, sort: 1, multi: true, includeAll: true, allValue: '.*' },
    current: { text: ['All'], value: ['$__all'] },
  }
}

function price(name: string, label: string, value: number): object {
  const text = String(value)
  return { name, type: 'textbox', label, query: text, current: { text, value: text } }
}

/** Gives each panel its place: from left to right, and into the next line if it does not fit. */
function placed(sections: readonly Section[]): readonly object[] {
  const all: object[] = []
  let [x, y, height] = [0, 0, 0]
  const nextLine = () => {
    y += height
    x = 0
    height = 0
  }
  const nextId = () => all.length + 1
  for (const { title, panels } of sections) {
    nextLine()
    all.push({ id: nextId(), type: 'row', title, collapsed: false, gridPos: { x, y, w: WIDTH, h: 1 }, panels: [] })
    height = 1
    nextLine()
    for (const panel of panels) {
      const [w, h] = panel.size
      if (x + w > WIDTH) nextLine()
      all.push({ id: nextId(), ...panelOf(panel), gridPos: { x, y, w, h } })
      x += w
      height = Math.max(height, h)
    }
  }
  return all
}

function panelOf({ type, title, description, unit, queries, steps }: Panel): object {
  return {
    ...{ type, title, description, datasource: DATASOURCE },
    fieldConfig: {
      defaults: {
        unit,
        ...(steps && {
          color: { mode: 'thresholds' },
          thresholds: { mode: 'absolute', steps: steps.map(({ from, color }) => ({ color, value: from })) },
        }),
      },
      overrides: [],
    },
    ...(type === 'bargauge' && { options: { orientation: 'horizontal', displayMode: 'basic' } }),
    targets: queries.map(({ expr, legend = '' }, i) => ({
      ...{ refId: String.fromCharCode('A'.charCodeAt(0) + i), datasource: DATASOURCE, expr, legendFormat: legend },
      ...(type === 'timeseries' ? { range: true } : { instant: true, range: false }),
    })),
  }
}
