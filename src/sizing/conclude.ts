import {
  DECISION_ANNOTATION,
  type DecisionRecord,
  MAX_RECORD_LENGTH,
  type ReasonCode,
  type RecordedChange,
  type RecordedContainer,
  recordChange,
} from '../policy/index.ts'
import type { ResourceName } from '../resources/index.ts'
import type { ContainerDecision, Decision } from './decision.ts'

/** Maximum size of all annotations, keys and values together: `ValidateAnnotationsSize` in apimachinery. */
const MAX_ANNOTATION_BYTES = 256 * 1024

/**
 * Decides whether the decision is worth writing on the Pod, and builds the annotation.
 *
 * @param earlier the record that the Pod carries; undefined if it carries none
 */
export function conclude(
  containers: readonly ContainerDecision[],
  revision: number,
  annotations: Readonly<Record<string, string>>,
  earlier: DecisionRecord | undefined,
): Decision {
  const record = decisionRecord(containers, revision)
  if (Object.keys(record.containers).length === 0 && annotations[DECISION_ANNOTATION] === undefined) {
    return { outcome: 'skipped', reasons: ['NothingToChange'], containers }
  }
  const annotation = JSON.stringify(record)
  const moves = containers.some(({ resources }) =>
    resources.some(({ carried, final }) => carried.request !== final.request || carried.limit !== final.limit),
  )
  // Reasons may differ when it comes back, as quotas fill up; what was decided does not.
  if (!moves && earlier && valuesOf(earlier) === valuesOf(record)) {
    return { outcome: 'skipped', reasons: ['AlreadyApplied'], containers }
  }
  const isTooLong = annotation.length > MAX_RECORD_LENGTH
  if (isTooLong || annotationBytes({ ...annotations, [DECISION_ANNOTATION]: annotation }) > MAX_ANNOTATION_BYTES) {
    return { outcome: 'skipped', reasons: ['AnnotationsFull'], containers }
  }
  return { outcome: 'patched', reasons: ['Applied'], containers, record, annotation }
}

function valuesOf({ revision, containers }: DecisionRecord): string {
  return JSON.stringify([revision, containers])
}

/** Builds the record that is written on the Pod: what each resource was and became, and why. */
export function decisionRecord(containers: readonly ContainerDecision[], revision: number): DecisionRecord {
  const changes: [name: string, RecordedContainer][] = []
  const reasons: [resource: string, readonly ReasonCode[]][] = []
  for (const { name, resources } of containers) {
    const recorded: Partial<Record<ResourceName, RecordedChange>> = {}
    for (const { resource, author, final, reasons: why } of resources) {
      const change = recordChange(resource, author, final)
      if (change) recorded[resource] = change
      if (why.length > 0) reasons.push([`${name}.${resource}`, why])
    }
    if (Object.keys(recorded).length > 0) changes.push([name, recorded])
  }
  return { revision, containers: Object.fromEntries(changes), reasons: Object.fromEntries(reasons) }
}

function annotationBytes(annotations: Readonly<Record<string, string>>): number {
  let bytes = 0
  for (const [key, value] of Object.entries(annotations))
    bytes += Buffer.byteLength(key) + Buffer.byteLength(String(value))
  return bytes
}
