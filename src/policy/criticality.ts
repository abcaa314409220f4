import { Criticality } from '../api/index.ts'

const CRITICALITY_ANNOTATION = 'plimsoll.dev/criticality'

/** What says how critical a workload is. */
export interface CriticalitySigns {
  /** Of the namespace's policy, or the cluster's. */
  readonly operator: Criticality
  readonly priorityClass?: string | undefined
  /** The author's: may raise what the operator set, never lower it. */
  readonly author?: Criticality | undefined
}

/** What the Pod's author asks for; a word that is none of the four asks always. */
export function readCriticality(annotations: Readonly<Record<string, unknown>>): Criticality | undefined {
  const value = annotations[CRITICALITY_ANNOTATION]
  return value === undefined ? undefined : (Criticality.safeParse(value).data ?? 'critical')
}

/** The highest of what the operator, the PriorityClass and the author say. */
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
