import { Criticality } from '../api/index.ts'

const CRITICALITY_ANNOTATION = 'plimsoll.dev/criticality'

/** Sources of a workload's criticality. */
export interface CriticalitySigns {
  /** Criticality from the namespace's policy or the cluster's settings. */
  readonly operator: Criticality
  readonly priorityClass?: string | undefined
  /** Criticality from the author's annotation. It can only raise what the operator set. */
  readonly author?: Criticality | undefined
}

/**
 * Criticality that the Pod's author asks for; undefined without the annotation, and `critical` for an unknown word, so that
 * changes need approval.
 */
export function readCriticality(annotations: Readonly<Record<string, unknown>>): Criticality | undefined {
  const value = annotations[CRITICALITY_ANNOTATION]
  return value === undefined ? undefined : (Criticality.safeParse(value).data ?? 'critical')
}

/** The highest criticality that the operator, the PriorityClass and the author give. */
export function criticalityOf(
  { operator, priorityClass, author }: CriticalitySigns,
  ofPriorityClass: Readonly<Record<string, Criticality>>,
): Criticality {
  const ofClass =
    priorityClass !== undefined && Object.hasOwn(ofPriorityClass, priorityClass)
      ? ofPriorityClass[priorityClass]
      : undefined
  const levels = [operator, ofClass, author]
  const ranks = levels.map((level) => (level ? Criticality.options.indexOf(level) : 0))
  return Criticality.options[Math.max(...ranks)]!
}
