import { around, bursts, daily, growing, killedAt, mebibytes, officeHours } from './rhythms.ts'
import type { AfternoonWorkload } from './workload.ts'

const MIB = 2 ** 20
export const SHOP = 'shop'
/** A namespace with a LimitRange. */
export const FENCED = 'fenced'

/**
 * The workloads of a small shop, which request far too much or too little. The first fifteen have run for 14 days. Of
 * the others, one was created yesterday, one is critical, and one has opted out.
 *
 * @param endSeconds end of the history, Unix time in seconds
 */
export function afternoonWorkloads(endSeconds: number): readonly AfternoonWorkload[] {
  const asks = (cpu: string, memory: string, limit?: string) => ({
    requests: { cpu, memory },
    ...(limit && { limits: { memory: limit } }),
  })
  const shop = { namespace: SHOP, kind: 'Deployment' } as const
  return [
    {
      ...{ ...shop, name: 'api', behaviour: 'steady', replicas: 2 },
      containers: { api: { resources: asks('60m', '512Mi', '1Gi'), cores: around(0.035), bytes: mebibytes(180) } },
    },
    {
      ...{ ...shop, name: 'web', behaviour: 'follows the day' },
      containers: { web: { resources: asks('150m', '512Mi'), cores: daily(0.008, 0.07), bytes: mebibytes(210) } },
    },
    {
      ...{ ...shop, name: 'office', behaviour: 'follows the week' },
      containers: {
        office: { resources: asks('120m', '512Mi'), cores: officeHours(0.004, 0.05), bytes: mebibytes(150) },
      },
    },
    {
      ...{ ...shop, name: 'thumbnails', behaviour: 'bursty' },
      containers: {
        thumbnails: { resources: asks('50m', '512Mi', '512Mi'), cores: bursts(0.012, 0.4), bytes: mebibytes(140) },
      },
    },
    {
      ...{ ...shop, name: 'docs', behaviour: 'idle' },
      containers: { docs: { resources: asks('50m', '128Mi'), cores: around(0.001), bytes: mebibytes(12) } },
    },
    {
      ...{ ...shop, name: 'sessions', behaviour: 'grows' },
      containers: {
        sessions: {
          resources: asks('60m', '1Gi', '1Gi'),
          cores: around(0.025),
          bytes: growing(20 * MIB, 460 * MIB, endSeconds),
        },
      },
    },
    {
      ...{ namespace: SHOP, kind: 'CronJob', name: 'invoices', behaviour: 'runs every six hours' },
      containers: { invoices: { resources: asks('100m', '512Mi'), cores: around(0.055), bytes: mebibytes(170) } },
    },
    {
      ...{ ...shop, name: 'ledger', behaviour: 'a JVM whose heap follows the limit' },
      containers: {
        ledger: {
          resources: asks('100m', '1Gi', '1Gi'),
          env: { JAVA_TOOL_OPTIONS: '-XX:MaxRAMPercentage=75' },
          ...{ cores: around(0.045), bytes: mebibytes(760) },
        },
      },
    },
    {
      ...{ ...shop, name: 'cart', behaviour: 'with a native sidecar' },
      containers: { cart: { resources: asks('60m', '256Mi'), cores: around(0.02), bytes: mebibytes(110) } },
      sidecars: { proxy: { resources: asks('50m', '128Mi', '128Mi'), cores: around(0.008), bytes: mebibytes(45) } },
    },
    {
      ...{ namespace: SHOP, kind: 'StatefulSet', name: 'postgres', behaviour: 'a database' },
      containers: { postgres: { resources: asks('120m', '1Gi', '2Gi'), cores: around(0.06), bytes: mebibytes(480) } },
    },
    {
      ...{ namespace: SHOP, kind: 'DaemonSet', name: 'log-agent', behaviour: 'on every node' },
      containers: {
        'log-agent': { resources: asks('50m', '200Mi', '200Mi'), cores: around(0.012), bytes: mebibytes(58) },
      },
    },
    {
      ...{ ...shop, name: 'frontend', behaviour: 'scaled by an HPA on CPU', replicas: 2, scalesAt: 60 },
      containers: { frontend: { resources: asks('50m', '256Mi'), cores: around(0.03), bytes: mebibytes(90) } },
      left: { cpu: /an HPA scales this workload on the utilization of this resource/ },
    },
    {
      ...{ ...shop, namespace: FENCED, name: 'reports', behaviour: 'sized by the defaults of a LimitRange' },
      containers: { reports: { cores: around(0.03), bytes: mebibytes(90) } },
    },
    {
      ...{ ...shop, name: 'importer', behaviour: 'killed at its limit, again and again' },
      containers: {
        importer: {
          resources: { requests: { cpu: '30m', memory: '32Mi' }, limits: { memory: '64Mi' } },
          ...{ cores: around(0.012), bytes: killedAt(64 * MIB), oomKills: 13 },
          does: { cores: 0.01, holdMiB: 90 },
        },
      },
    },
    {
      ...{ ...shop, name: 'lean', behaviour: 'asks for a sixth of what it uses' },
      containers: { lean: { resources: asks('10m', '128Mi'), cores: around(0.06), bytes: mebibytes(85) } },
    },
    {
      ...{ ...shop, name: 'beta', behaviour: 'came yesterday', days: 1.3 },
      containers: { beta: { resources: asks('80m', '256Mi'), cores: around(0.025), bytes: mebibytes(70) } },
      left: { cpu: /3 days of usage/, memory: /3 days of usage/ },
    },
    {
      ...{ ...shop, name: 'payments', behaviour: 'critical: a person decides' },
      annotations: { 'plimsoll.dev/criticality': 'critical' },
      containers: { payments: { resources: asks('40m', '256Mi'), cores: around(0.015), bytes: mebibytes(75) } },
      left: { cpu: /at criticality critical, every change needs it/, memory: /at criticality critical/ },
    },
    {
      ...{ ...shop, name: 'vendor', behaviour: 'opted out' },
      labels: { 'plimsoll.dev/inject': 'false' },
      containers: { vendor: { resources: asks('30m', '64Mi'), cores: around(0.005), bytes: mebibytes(20) } },
      left: { cpu: /plimsoll\.dev\/inject: "false"/, memory: /plimsoll\.dev\/inject: "false"/ },
    },
  ]
}
