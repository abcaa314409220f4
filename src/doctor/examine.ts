import { checkCallers } from './checks/callers.ts'
import { checkCalls, checkFailOpen } from './checks/calls.ts'
import { checkCertificate } from './checks/certificate.ts'
import { checkClock, checkKubernetes, checkLeader, checkTypes } from './checks/cluster.ts'
import { checkClusters } from './checks/clusters.ts'
import { checkExperiments } from './checks/experiments.ts'
import { checkHeard } from './checks/heard.ts'
import { checkHistory, checkNamespaces, checkRecommendations } from './checks/learning.ts'
import { checkOrder } from './checks/order.ts'
import { checkPods, checkVersions } from './checks/pods.ts'
import { checkRegistration } from './checks/registration.ts'
import { checkPrivilege, checkRights } from './checks/rights.ts'
import { checkRunning } from './checks/running.ts'
import type { InstallationFacts } from './facts.ts'
import { CHECKS, type Finding, fail, ok } from './finding.ts'

/** Runs all checks of an installation. The findings are sorted so that each follows those that it depends on. */
export function examine(facts: InstallationFacts): Finding[] {
  if (isAbsent(facts)) return [checkKubernetes(facts), NOT_INSTALLED]
  const findings = [
    ok('installation', `Plimsoll is in namespace ${facts.namespace}`),
    ...[checkKubernetes, checkTypes, checkRegistration, checkOrder, checkPods, checkVersions, checkHeard].map((check) =>
      check(facts),
    ),
    ...checkCertificate(facts),
    ...checkCallers(facts),
    ...[checkClock, checkRights, checkPrivilege, checkCalls, checkFailOpen, checkLeader].map((check) => check(facts)),
    ...[checkNamespaces, checkHistory, checkClusters, checkRecommendations, checkRunning, checkExperiments].map(
      (check) => check(facts),
    ),
  ]
  return findings.sort((a, b) => CHECKS.indexOf(a.check) - CHECKS.indexOf(b.check))
}

const NOT_INSTALLED = fail(
  'installation',
  'Plimsoll is not installed in this cluster: it has no registration and no Pod here',
  'Run "kubectl plimsoll init", which prints the helm command that fits this cluster, or choose another context of the kubeconfig.',
)

/** Whether no part of Plimsoll was found. The types may be left over from an earlier installation. */
function isAbsent({ registrations, pods, learners }: InstallationFacts): boolean {
  return [registrations, pods, learners].every((asked) => 'value' in asked && asked.value.length === 0)
}

/** Describes a finding in one line: its status, the check, what was seen, and what to do. */
export function describeFinding(finding: Finding): string {
  const act = finding.status === 'ok' ? '' : `. ${finding.act}`
  return `${finding.status.padEnd(4)}  ${finding.check.padEnd(15)}  ${oneLine(finding.says)}${act}`
}

/** Puts a message on one line, without its final period. Messages of an API server may have several lines. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/\.$/, '')
}
