import { isDnsLabel, isDnsSubdomain, type Workload } from '../workloads/index.ts'
import { quote } from './quote.ts'

/** A kind, with its API group if it is not the usual one. */
const KIND = /^[A-Z][A-Za-z0-9]{0,62}(?:\.[a-z0-9][-.a-z0-9]*)?$/

/** Why one of these names is invalid in Kubernetes; undefined if all are valid. */
export function whyNotNamed(workload: Workload, container: string, pod = ''): string | undefined {
  if (!isNamespace(workload.namespace)) return `namespace ${quote(workload.namespace)} is not a DNS label`
  if (!KIND.test(workload.kind)) return `kind ${quote(workload.kind)} is not a kind of object, such as Deployment`
  if (!isDnsSubdomain(workload.name))
    return `workload ${quote(workload.name)} is not a DNS name (lower case, at most 253)`
  if (!isDnsLabel(container))
    return `container ${quote(container)} is not a DNS label (lower case, no dots, at most 63)`
  if (pod !== '' && !isDnsSubdomain(pod)) return `pod ${quote(pod)} is not a DNS name (lower case, at most 253)`
  return undefined
}

export function isNamespace(name: string): boolean {
  return isDnsLabel(name)
}
