import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Schema, valuesSchema } from '../../scripts/chart/schema.ts'
import { allAlerts } from '../../scripts/reference/alerts.ts'
import { allMetrics } from '../../scripts/reference/metrics.ts'
import {
  checkpointDefinition,
  experimentDefinition,
  recommendationDefinition,
  sizingPolicyDefinition,
} from '../../src/api/index.ts'
import { ROOT } from './pages.ts'

/** A name on a page of something that the product must have. */
interface Named {
  readonly where: string
  readonly name: string
  readonly kind: 'metric' | 'alert' | 'value' | 'label' | 'code' | 'field'
}

const METRICS = new Set(Object.values(allMetrics()).flatMap((metrics) => metrics.map(({ name }) => name)))
const ALERTS = new Set(allAlerts().map(({ alert }) => alert))
const VALUES = valuesSchema()
const SETTINGS = VALUES.properties!.settings!.properties!
/** Schemas of the custom resources. */
const RESOURCES = [checkpointDefinition(), experimentDefinition(), recommendationDefinition(), sizingPolicyDefinition()]
  .flatMap(({ spec }) => (spec as { versions: { schema: { openAPIV3Schema: Schema } }[] }).versions)
  .map(({ schema }) => schema.openAPIV3Schema)
/** Fields of other objects that pages name: of Pods, nodes, HPAs, Rollouts and AttunePolicies. */
const FIELDS_OF_OTHERS = new Set([
  'status.allocatable',
  'status.capacity',
  'status.selector',
  'status.containerStatuses',
  'spec.behavior',
  'spec.paused',
  'spec.restartAt',
])
/** Values of these begin like names of something else. */
const COMMON_WORDS = new Set(['enabled', 'global', 'replicas', 'volumes', 'image', 'goal', 'limits', 'step'])
const SOURCES = globSync(['src/**/*.{ts,tsx}', 'charts/**/*.{yaml,tpl,txt,json}'], {
  cwd: ROOT,
  exclude: (file) => file.startsWith('src/dashboard/built'),
})
  .map((file) => readFileSync(join(ROOT, file), 'utf8'))
  .join('\n')

/** What a page names: metrics, alerts, values of the chart, labels and annotations, codes in CamelCase, and fields of objects. */
export function namesOf(page: string, markdown: string): Named[] {
  return markdown.split('\n').flatMap((line, i) => {
    const where = `${page}:${i + 1}`
    const of = (kind: Named['kind'], pattern: RegExp) =>
      [...line.matchAll(pattern)].map(([, name]) => ({ where, kind, name: name! }))
    return [
      ...of('metric', /(?<![\w-])(plimsoll_[a-z_]+)/g),
      ...of('alert', /\b(Plimsoll[A-Z][a-z]+[A-Za-z]*)/g),
      ...of(
        'value',
        /(?:--set(?:-file|-string|-json)? '?|`)([a-z][A-Za-z0-9]*(?:\.[a-z][A-Za-z0-9]*)+)(?=[`=:])/g,
      ).filter(({ name }) => isValuePath(name)),
      ...of('label', /(?<![\w.-])(plimsoll\.dev\/[a-z][a-z-]*)/g),
      ...of('field', /(?<![\w.-])((?:spec|status)(?:\.[a-z][A-Za-z]*)+)/g).filter(
        ({ name }) => !FIELDS_OF_OTHERS.has(name),
      ),
      ...of('code', /`(?!Plimsoll)((?:[A-Z][a-z]+){2,})`/g),
    ]
  })
}

/** Whether the product has what a page names. */
export function exists({ name, kind }: Named): boolean {
  switch (kind) {
    case 'metric':
      return METRICS.has(name.replace(/_(bucket|sum|count)$/, '')) || (name.endsWith('_') && anyStartsWith(name))
    case 'alert':
      return ALERTS.has(name)
    case 'value':
      return has(VALUES, name.split('.')) || has({ properties: SETTINGS }, name.split('.'))
    case 'field':
      return RESOURCES.some((schema) => has(schema, name.split('.')))
    default:
      return SOURCES.includes(name)
  }
}

function anyStartsWith(prefix: string): boolean {
  return [...METRICS].some((name) => name.startsWith(prefix))
}

/** Values begin with a field of values.yaml, or of its `settings`, which pages also name without that word. */
function isValuePath(path: string): boolean {
  const first = path.split('.')[0]!
  return !COMMON_WORDS.has(first) && !path.endsWith('.yaml') && (first in VALUES.properties! || first in SETTINGS)
}

function has(schema: Schema, [first, ...rest]: readonly string[]): boolean {
  if (first === undefined) return true
  const field = schema.properties?.[first]
  if (field) return rest.length === 0 || !field.properties || has(field, rest)
  return false
}
