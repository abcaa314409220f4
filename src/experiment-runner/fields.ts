import type { OriginalTarget, VariedSetting } from '../api/index.ts'
import type { Configuration } from '../experiments/index.ts'
import { cpuQuantity, memoryQuantity, parseQuantity, type ResourceName } from '../resources/index.ts'
import type { WorkloadContainerSpec, WorkloadSpec } from './objects.ts'

/** A field of a workload that an experiment may change. */
export type Field =
  | { readonly of: 'replicas' }
  | {
      readonly of: 'resource'
      readonly container: string
      readonly list: 'requests' | 'limits'
      readonly resource: ResourceName
    }
  | { readonly of: 'env'; readonly container: string; readonly name: string }
  | { readonly of: 'args'; readonly container: string }

/** A field and the value it has or should have; undefined where the field is absent. */
export interface FieldValue {
  readonly field: Field
  readonly value: unknown
}

/** Path of a field for people, such as `spec.template.spec.containers[app].resources.requests.cpu`. */
export function pathOfField(field: Field): string {
  if (field.of === 'replicas') return 'spec.replicas'
  const container = `spec.template.spec.containers[${field.container}]`
  if (field.of === 'resource') return `${container}.resources.${field.list}.${field.resource}`
  return field.of === 'env' ? `${container}.env[${field.name}].value` : `${container}.args`
}

export function readField(spec: WorkloadSpec, field: Field): unknown {
  if (field.of === 'replicas') return spec.replicas
  const container = containerOf(spec, field.container)
  if (field.of === 'resource') return container?.resources?.[field.list]?.[field.resource]
  if (field.of === 'args') return container?.args
  const item = container?.env?.find(({ name }) => name === field.name)
  // The API server stores an empty value as none.
  return item && (item.value ?? '')
}

/** Whether two values of a field are the same: quantities may be written in several ways. */
export function isSameValue({ of }: Field, a: unknown, b: unknown): boolean {
  if (of === 'resource' && a !== undefined && b !== undefined) return parseQuantity(a) === parseQuantity(b)
  return JSON.stringify(a) === JSON.stringify(b)
}

/** The spec of a workload as it was before the experiment. */
export function originalSpec({ spec }: Pick<OriginalTarget, 'spec'>): WorkloadSpec {
  return JSON.parse(spec) as WorkloadSpec
}

/**
 * What a configuration sets, of one workload. What is reserved is what a container gets: request and limit are the same during trials, so
 * that a trial does not depend on what else runs on its node.
 *
 * @param settings those of this workload, with the container that each belongs to
 */
export function configuredFields(
  workload: string,
  original: WorkloadSpec,
  configuration: Configuration,
  settings: readonly SettingOfContainer[],
): FieldValue[] {
  const fields: FieldValue[] = [
    { field: { of: 'replicas' }, value: configuration[`${workload} replicas`] ?? original.replicas },
  ]
  for (const { name: container } of original.template.spec.containers) {
    for (const resource of ['cpu', 'memory'] as const) {
      const amount = configuration[`${workload}/${container} ${resource}`]
      if (amount === undefined) continue
      const value = resource === 'cpu' ? cpuQuantity(amount) : memoryQuantity(amount)
      for (const list of ['requests', 'limits'] as const)
        fields.push({ field: { of: 'resource', container, list, resource }, value })
    }
  }
  const args = new Map<string, readonly string[]>()
  for (const { setting, container } of settings) {
    const number = configuration[setting.name]
    if (number === undefined) continue
    const text = `${number}${setting.suffix ?? ''}`
    if (setting.env !== undefined) {
      fields.push({ field: { of: 'env', container, name: setting.env }, value: text })
      continue
    }
    const before = args.get(container) ?? containerOf(original, container)?.args ?? []
    const after = before.map((arg) => (arg.startsWith(setting.arg!) ? setting.arg! + text : arg))
    args.set(container, after.some((arg) => arg.startsWith(setting.arg!)) ? after : [...after, setting.arg! + text])
  }
  for (const [container, value] of args) fields.push({ field: { of: 'args', container }, value })
  return fields
}

export interface SettingOfContainer {
  readonly setting: VariedSetting
  readonly container: string
}

/** The strategic merge patch that sets the fields, and removes those whose value is undefined. */
export function patchOf(changes: readonly FieldValue[]): Record<string, unknown> {
  const containers = new Map<string, ContainerPatch>()
  const spec: Record<string, unknown> = {}
  for (const { field, value = null } of changes) {
    if (field.of === 'replicas') {
      spec.replicas = value
      continue
    }
    const container = containers.get(field.container) ?? { name: field.container }
    containers.set(field.container, container)
    if (field.of === 'args') container.args = value
    else if (field.of === 'resource') {
      const { [field.list]: before, ...others } = container.resources ?? {}
      container.resources = { ...others, [field.list]: { ...before, [field.resource]: value } }
    } else {
      const item = value === null ? { name: field.name, $patch: 'delete' } : { name: field.name, value }
      container.env = [...(container.env ?? []), item]
    }
  }
  if (containers.size > 0) spec.template = { spec: { containers: [...containers.values()] } }
  return { spec }
}

interface ContainerPatch {
  readonly name: string
  args?: unknown
  resources?: { readonly [list in 'requests' | 'limits']?: Readonly<Record<string, unknown>> }
  env?: readonly object[]
}

function containerOf(spec: WorkloadSpec, name: string): WorkloadContainerSpec | undefined {
  return spec.template.spec.containers.find((container) => container.name === name)
}
