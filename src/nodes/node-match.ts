import type { ClusterNode, NodeExpression, NodeTerm, Taint, Toleration } from './cluster.ts'

type NamedNode = Pick<ClusterNode, 'name' | 'labels'>

/** Label with the name of a node. */
export const HOSTNAME_LABEL = 'kubernetes.io/hostname'

/** Value of a label of a node; undefined without it. */
export function labelOf(labels: ClusterNode['labels'], key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined
}

/** Whether all conditions hold on the node. Source: k8s.io/component-helpers/scheduling/corev1/nodeaffinity. */
export function matchesTerms(node: NamedNode, conditions: readonly (readonly NodeTerm[])[]): boolean {
  return conditions.every((terms) => terms.some((term) => matchesTerm(node, term)))
}

/** A term without expressions matches nothing. */
function matchesTerm({ name, labels }: NamedNode, { matchExpressions = [], matchFields = [] }: NodeTerm): boolean {
  if (matchExpressions.length + matchFields.length === 0) return false
  return (
    matchExpressions.every((expression) => holds(labelOf(labels, expression.key), expression)) &&
    matchFields.every((expression) => expression.key === 'metadata.name' && holds(name, expression))
  )
}

function holds(value: string | undefined, { operator, values = [] }: NodeExpression): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    case 'Gt':
      return value !== undefined && Number(value) > Number(values[0])
    case 'Lt':
      return value !== undefined && Number(value) < Number(values[0])
    default:
      return false
  }
}

/** Whether a Pod with these tolerations can run on a node with these taints. */
export function toleratesAll(taints: readonly Taint[], tolerations: readonly Toleration[]): boolean {
  return taints.every(
    (taint) => taint.effect === 'PreferNoSchedule' || tolerations.some((toleration) => tolerates(toleration, taint)),
  )
}

function tolerates({ key = '', operator = 'Equal', value = '', effect = '' }: Toleration, taint: Taint): boolean {
  if (effect !== '' && effect !== taint.effect) return false
  if (key === '') return operator === 'Exists'
  return key === taint.key && (operator === 'Exists' || value === taint.value)
}
