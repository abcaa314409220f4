import { isDnsLabel, isDnsSubdomain, type Workload } from '../workloads/index.ts'
import { quote } from './quote.ts'

/** A kind, with its API group if it is not the usual one. */
const KIND = /^[A-Z][A-Za-z0-9]{0,62}(?:\.[a-z0-9][-.a-z0-9]*)?$/

/** Why Kubernetes does not allow one of these names, so that no object can have it; undefined if it allows all. */
export function whyNotNamed(workload: Workload, container: string, pod = ''): string | undefined {
  if (!isNamespace(workload.namespace)) return `namespace ${quote(workload.namespace)} is no DNS label`
  if (!KIND.test(workload.kind)) return `kind ${quote(workload.kind)} is no kind of object, such as Deployment`
  if (!isDnsSubdomain(workload.name)) return `workload ${quote(workload.name)} is no DNS name (lower case, at most 253)`
  if (!isDnsLabel(container)) return `container ${quote(container)} is no DNS label (lower case, no dots, at most 63)`
  if (pod !== '' && !isDnsSubdomain(pod)) return `pod ${quote(pod)} is no DNS name (lower case, at most 253)`
  return undefined
}

export function isNamespace(name: string): boolean {
  return isDnsLabel(name)
}
