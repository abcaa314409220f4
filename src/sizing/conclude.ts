import {
  DECISION_ANNOTATION,
  type DecisionRecord,
  fitsBeside,
  keptBeside,
  type ReasonCode,
  type RecordedChange,
  type RecordedContainer,
  recordChange,
} from '../policy/index.ts'
import { isObject, isSameAllotment, type ResourceName } from '../resources/index.ts'
import type { ContainerDecision, Decision } from './decision.ts'

const CHANGED = 'ChangedAfterPlimsoll' satisfies ReasonCode

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
  const isEmpty = Object.keys(record.containers).length === 0 && !record.boost && !record.variables
  if (isEmpty && annotations[DECISION_ANNOTATION] === undefined) {
    return { outcome: 'skipped', reasons: ['NothingToChange'], containers }
  }
  const annotation = JSON.stringify(record)
  const isOurs = !isEmpty || !containers.some(isChanged)
  const moves = containers.some(
    ({ resources, heap }) =>
      heap?.isNew ||
      resources.some(
        ({ carried, final, startup = { carried, final } }) => !isSameAllotment(startup.carried, startup.final),
      ),
  )
  // Reasons may differ at the next review, for example because quotas fill up. The recorded values do not.
  if (!moves && earlier && valuesOf(earlier) === valuesOf(record)) {
    return { outcome: 'skipped', reasons: [isOurs ? 'AlreadyApplied' : CHANGED], containers }
  }
  if (!fitsBeside(annotations, annotation)) return { outcome: 'skipped', reasons: ['AnnotationsFull'], containers }
  return { outcome: 'patched', reasons: [isOurs ? 'Applied' : CHANGED], containers, record, annotation }
}

/** Whether somebody changed a resource of a container after an earlier decision. */
function isChanged({ resources }: ContainerDecision): boolean {
  return resources.some(({ reasons }) => reasons.includes(CHANGED))
}

function valuesOf({ revision, containers, reasons, boost }: DecisionRecord): string {
  const changed = Object.entries(isObject(reasons) ? reasons : {}).filter(([, why]) => String(why).includes(CHANGED))
  return JSON.stringify([revision, containers, changed.map(([key]) => key), boost])
}

/** Builds the record that is written on the Pod: what each resource was and became, and why. */
export function decisionRecord(containers: readonly ContainerDecision[], revision: number): DecisionRecord {
  const changes: [name: string, RecordedContainer][] = []
  const kept: [resource: string, string][] = []
  const reasons: [resource: string, readonly ReasonCode[]][] = []
  const boosts: [name: string, RecordedChange][] = []
  const variables = containers.flatMap(({ name, heap }) => (heap ? [[name, heap.because] as const] : []))
  for (const { name, resources } of containers) {
    const recorded: Partial<Record<ResourceName, RecordedChange>> = {}
    for (const { resource, author, final, reasons: why, recorded: earlier, startup } of resources) {
      const change = earlier ?? recordChange(resource, author, final)
      if (change) recorded[resource] = change
      const beside = keptBeside(resource, final, change)
      if (beside !== undefined) kept.push([`${name}.${resource}`, beside])
      const boost = startup && recordChange(resource, final, startup.final)
      if (boost) boosts.push([name, boost])
      if (why.length > 0) reasons.push([`${name}.${resource}`, why])
    }
    if (Object.keys(recorded).length > 0) changes.push([name, recorded])
  }
  return {
    revision,
    containers: Object.fromEntries(changes),
    kept: Object.fromEntries(kept),
    reasons: Object.fromEntries(reasons),
    ...(variables.length > 0 && { variables: Object.fromEntries(variables) }),
    ...(boosts.length > 0 && { boost: Object.fromEntries(boosts) }),
  }
}
