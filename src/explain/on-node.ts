import { type RecommendationStatus, type Revision, revisionOnNode } from '../api/index.ts'

/** A status with the values that its revisions have on a node of these classes. */
export function statusOnNode(status: RecommendationStatus, classes: readonly string[]): RecommendationStatus {
  const of = (revision: Revision | undefined) => revision && revisionOnNode(revision, classes)
  const { learned, applied, wouldApply, pending, rejected, lastGood, canary } = status
  const revisions = {
    ...{ learned: of(learned), applied: of(applied), wouldApply: of(wouldApply), pending: of(pending) },
    ...{ rejected: of(rejected), lastGood: of(lastGood) },
    canary: canary && { ...canary, revision: revisionOnNode(canary.revision, classes) },
  }
  const known = Object.entries(revisions).filter(([, revision]) => revision !== undefined)
  return { ...status, ...Object.fromEntries(known) }
}

/** Says which nodes the values of a DaemonSet are for; nothing if they do not depend on the node. */
export function onNodeNotes(
  { applied, learned }: RecommendationStatus,
  classes: readonly string[] | undefined,
): readonly string[] {
  const sized = (applied ?? learned)?.containers.filter(({ nodeClasses }) => nodeClasses) ?? []
  return sized.map(({ name, nodeClasses = [] }) => {
    const its = nodeClasses.find(({ nodes }) => classes?.includes(nodes))
    if (its) return `container ${name} is sized for nodes with ${its.nodes}`
    const known = nodeClasses.map(({ nodes }) => nodes).join(', ')
    return `container ${name} is sized by class of node (${known}): on any other node, it gets what the largest of them need`
  })
}
