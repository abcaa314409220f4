import { Goal } from '../api/index.ts'

const GOAL_ANNOTATION = 'plimsoll.dev/goal'

/** Goal that the Pod's author asks for; undefined without the annotation, or if its value is unknown. */
export function readGoal(annotations: Readonly<Record<string, unknown>>): Goal | undefined {
  return Goal.safeParse(annotations[GOAL_ANNOTATION]).data
}

export function hasUnreadableGoal(annotations: Readonly<Record<string, unknown>>): boolean {
  return annotations[GOAL_ANNOTATION] !== undefined && readGoal(annotations) === undefined
}
