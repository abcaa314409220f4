import assert from 'node:assert/strict'
import { test } from 'node:test'
import { advise, describeAdvice, helmCommand } from '../../../src/doctor/index.ts'
import type { Survey } from '../../../src/doctor/survey/facts.ts'
import { PROMETHEUS, survey } from './made-survey.ts'

const OPTIONS = { namespace: 'plimsoll', chart: 'charts/plimsoll', image: 'registry.example.com/plimsoll' }
const says = (changes: Partial<Survey>, subject: string) =>
  advise(survey(changes)).found.find((one) => one.subject === subject)?.says ?? ''

test('a cluster with metrics-server alone needs no value but the image', () => {
  const advice = advise(survey())
  assert.deepEqual(advice.values, {})
  assert.deepEqual(advice.obstacles, [])
  assert.equal(
    helmCommand(advice, OPTIONS),
    'helm install plimsoll charts/plimsoll --namespace plimsoll --create-namespace \\\n  --set-string image.repository=registry.example.com/plimsoll',
  )
  assert.match(says({}, 'metrics-server'), /Plimsoll learns from the installation on/)
})

test('usage comes from a Prometheus where there is one, and others that were found are named', () => {
  const other = { ...PROMETHEUS, namespace: 'team-a', service: 'prometheus-server', port: 80 }
  const changes = { stores: { value: [PROMETHEUS, other] } }
  assert.deepEqual(advise(survey(changes)).values, {
    'settings.prometheus.url': 'http://prometheus-operated.monitoring:9090',
  })
  assert.match(says(changes, 'Prometheus'), /from the past weeks immediately; also team-a\/prometheus-server/)
  assert.match(says(changes, 'metrics-server'), /not needed with a Prometheus/)
})

test('a Prometheus behind HTTPS needs an authority and perhaps a token', () => {
  const store = { ...PROMETHEUS, service: 'thanos-querier', port: 9091, program: 'thanos-query', isHttps: true }
  const changes = { stores: { value: [store] } }
  assert.equal(advise(survey(changes)).values['settings.prometheus.url'], 'https://thanos-querier.monitoring:9091')
  assert.match(says(changes, 'Prometheus'), /set settings\.prometheus\.caFile, and tokenFile/)
})

test('with the Prometheus operator, ServiceMonitor and alerts are made with the labels that it looks for', () => {
  const changes = {
    groups: new Set(['metrics.k8s.io', 'monitoring.coreos.com']),
    monitorLabels: { value: { release: 'monitoring', 'example.com/team': 'a,b' } },
  }
  const advice = advise(survey(changes))
  assert.equal(advice.values['metrics.serviceMonitor.enabled'], true)
  assert.equal(advice.values['metrics.prometheusRule.labels.release'], 'monitoring')
  const command = helmCommand(advice, OPTIONS)
  assert.ok(command.includes('--set metrics.serviceMonitor.enabled=true'))
  assert.ok(command.includes(`--set-string 'metrics.serviceMonitor.labels.example\\.com/team=a\\,b'`), command)
})

test('without any source of usage, or on a Kubernetes that is too old, it says what prevents the installation', () => {
  const [nothing] = advise(survey({ groups: new Set(['apps']) })).obstacles
  assert.match(nothing!, /neither metrics-server nor a Prometheus.*Install one of them/)
  for (const kubernetes of ['v1.29.4', 'v1.9.0-gke.1']) {
    const [old] = advise(survey({ kubernetes })).obstacles
    assert.match(old!, /is too old: the chart needs 1\.30 or later/)
  }
  for (const kubernetes of ['v1.30.0', 'v1.33.1-gke.100', 'v2.0.0'])
    assert.deepEqual(advise(survey({ kubernetes })).obstacles, [], kubernetes)
  assert.match(says({ servesPodResize: false }, 'Kubernetes'), /no pods\/resize, so only new Pods get values/)
})

test('HPAs and VPAs that matter are counted and named, no more than a few', () => {
  const many = Array.from({ length: 7 }, (_, at) => ({ name: `shop/web-${at}`, isAffected: true }))
  const text = says({ hpas: { value: [...many, { name: 'shop/queue', isAffected: false }] } }, 'HPAs')
  assert.match(text, /^8, of which 7 scale on a share of the requests \(shop\/web-0, .*shop\/web-4, 2 more\)/)
  assert.match(
    says({ vpas: { value: [{ name: 'shop/api', isAffected: true }] } }, 'VPAs'),
    /^1, of which 1 change Pods \(shop\/api\): Plimsoll leaves these workloads alone/,
  )
  assert.equal(
    says({ vpas: { value: [{ name: 'a/b', isAffected: false }] } }, 'VPAs'),
    '1, none of which matters to Plimsoll',
  )
  assert.equal(says({}, 'HPAs'), 'none')
})

test('policies and programs that matter are named', () => {
  const groups = new Set(['metrics.k8s.io', 'kyverno.io', 'policies.kyverno.io', 'cert-manager.io', 'argoproj.io'])
  const changes = { groups, limitRanges: { value: 3 }, quotas: { value: 1 } }
  assert.equal(says(changes, 'policies'), '3 LimitRanges, 1 ResourceQuotas (both are respected), Kyverno')
  assert.match(says(changes, 'cert-manager'), /certificates\.mode=cert-manager/)
  assert.match(says(changes, 'Argo'), /docs\/start\/install\.md/)
  assert.equal(says({}, 'Argo'), '')
})

test('what may not be read is not known, and prevents nothing', () => {
  const problem = { problem: 'services is forbidden' }
  const all = {
    installed: problem,
    stores: problem,
    hpas: problem,
    vpas: problem,
    quotas: problem,
    monitorLabels: problem,
  }
  assert.deepEqual(advise(survey(all)).obstacles, [])
  for (const subject of ['Plimsoll', 'Prometheus', 'HPAs', 'VPAs', 'policies'])
    assert.match(says(all, subject), /not known: services is forbidden/, subject)
})

test('the text ends with what to run next: the doctor alone where Plimsoll is installed', () => {
  const fresh = describeAdvice(advise(survey()), OPTIONS)
  assert.match(fresh, /\n {2}helm install plimsoll .* \\\n {4}--set-string image\.repository=/)
  assert.match(
    fresh,
    /kubectl label namespace NAME plimsoll\.dev\/mode=observe\n {2}kubectl plimsoll doctor --namespace plimsoll$/,
  )
  const installed = describeAdvice(advise(survey({ installed: { value: ['sizing'] } })), OPTIONS)
  assert.match(installed, /installed, with the registration sizing/)
  assert.doesNotMatch(installed, /helm install/)
})

test('a released chart names its own image', () => {
  const command = helmCommand(advise(survey()), {
    ...OPTIONS,
    chart: 'oci://ghcr.io/x/charts/plimsoll',
    image: undefined,
  })
  assert.equal(command, 'helm install plimsoll oci://ghcr.io/x/charts/plimsoll --namespace plimsoll --create-namespace')
})
