import assert from 'node:assert/strict'
import { test } from 'node:test'
import { issueAuthority } from '../../src/certificates/issue.ts'
import { AUTHORITY_MILLISECONDS, SERVING_MILLISECONDS, validFor } from '../../src/certificates/lifetimes.ts'
import { parseSettings } from '../../src/config/index.ts'
import type { InstallationFacts, TypeFacts } from '../../src/doctor/facts.ts'
import { CHECKS } from '../../src/doctor/finding.ts'
import { describeFinding, examine } from '../../src/doctor/index.ts'
import { DEFINED_COLUMNS } from '../../src/recommendations/index.ts'
import { DAY, NOW } from '../certificates/world.ts'
import { authority, leaf, learner, PATH_KEY, pod, registration, shop, WELL } from './facts.ts'

const other = await issueAuthority('another CA', validFor(AUTHORITY_MILLISECONDS, NOW))
const denied = { problem: 'secrets is forbidden' }
const container = { name: 'learner', image: 'plimsoll:1.0.0', restarts: 0, isRunning: true }
const needed = { process: 'learner', isNeeded: true, isAllowed: false } as const
const right = { ...needed, verb: 'patch', group: 'plimsoll.dev', resource: 'recommendations/status' }
const harmful = { ...right, process: 'webhook', isNeeded: false, isAllowed: true } as const
const probe = { namespace: 'shop', webhook: 'auto.plimsoll.dev', calls: 1, failedOpen: 0 }
const called = (changes: object) => ({ probe: { value: { ...probe, ...changes } } })
const registered = (...all: ReturnType<typeof registration>[]) => ({ registrations: { value: all } })
const HEARD = `plimsoll_snapshot_heard_timestamp_seconds ${NOW / 1000 - 60}\n`
const SERVED = `plimsoll_certificate_expiry_timestamp_seconds ${(NOW + SERVING_MILLISECONDS) / 1000}\n`
const prometheus = parseSettings(
  'prometheus: {url: "http://prometheus:9090/x"}\ncertificates: {mode: cert-manager}',
  '',
)

const onPods = [{ operations: ['CREATE'], apiGroups: [''], resources: ['pods'] }]
const webhook = (name: string, changes: object = {}) => ({
  metadata: { name: `${name}-injector` },
  webhooks: [{ name: `${name}.example.com`, rules: onPods, ...changes }],
})
const files = (changes: Parameters<typeof pod>[1] = {}) => {
  const own = { name: 'webhook', image: 'plimsoll:1.0.0', restarts: 0, isRunning: true }
  const containers = [{ ...own, args: ['webhook', '--tls-cert=/tls/tls.crt', '--tls-key=/tls/tls.key'] }]
  return {
    secret: { value: undefined },
    pods: { value: ['a', 'b'].map((name) => pod(name, { containers, ...changes })) },
  }
}

/** What is wrong, and the line that is printed about it; the rest stays well unless it is named too. */
const storeMetrics = (undecided: number, ...pods: readonly string[]) => ({
  settings: prometheus,
  learners: {
    value: [
      learner('c', {
        metrics: {
          value:
            `plimsoll_learner_last_usage_timestamp_seconds ${NOW / 1000 - 30}\n` +
            `plimsoll_learner_prometheus_undecided_namespaces ${undecided}\n` +
            pods.map((pod) => `plimsoll_learner_prometheus_pods{usage=${pod}\n`).join(''),
        },
      }),
      learner('d'),
    ],
  },
})

const FAULTS: Record<string, [changes: Partial<InstallationFacts>, ...lines: RegExp[]]> = {
  'a Prometheus whose series do not show their cluster': [
    storeMetrics(2),
    /^fail {2}clusters +Prometheus may contain several clusters, and no label shows which series of 2 namespaces .*\. Set settings\.prometheus\.labels/,
  ],
  'a Prometheus of another cluster': [
    storeMetrics(0, '"missing"} 3', '"read"} 0'),
    /^fail {2}clusters +Prometheus has no usage of the 3 Pods that run here/,
  ],
  'a webhook that overrules Plimsoll': [
    {
      otherWebhooks: { value: [webhook('zz'), webhook('aa'), webhook('ab', { reinvocationPolicy: 'IfNeeded' })] },
      learners: {
        value: [
          learner('c', {
            metrics: {
              value: `plimsoll_learner_last_usage_timestamp_seconds ${NOW / 1000 - 30}\nplimsoll_learner_pods_changed_after 3\n`,
            },
          }),
        ],
      },
    },
    /^warn {2}order +zz\.example\.com \(zz-injector\), ab\.example\.com \(ab-injector\) come after Plimsoll and can change Pods; 3 Pods carry values/,
  ],
  'other webhooks that may not be read': [
    { otherWebhooks: denied },
    /^warn {2}order +the other webhooks could not be read/,
  ],
  'files without a certificate': [
    files({ metrics: { value: `${HEARD}plimsoll_certificate_expiry_timestamp_seconds 0\n` } }),
    /^fail {2}certificate +a webhook has no certificate: it could not read its files/,
  ],
  'a certificate in files that has expired': [
    files({ metrics: { value: `${HEARD}plimsoll_certificate_expiry_timestamp_seconds ${NOW / 1000 - 60}\n` } }),
    /^fail {2}expiry +the certificate expired on/,
  ],
  'an old cluster': [
    { kubernetes: 'v1.29.4' },
    /^fail {2}kubernetes +Kubernetes v1\.29\.4 is too old\. Upgrade to 1\.30/,
  ],
  'a missing type': [
    {
      types: {
        value: new Map([
          ['recommendations.plimsoll.dev', new Map([['v1alpha1', []]])],
          ['sizingpolicies.plimsoll.dev', new Map([['v1', []]])],
        ]),
      },
    },
    /^fail {2}types +the API server does not serve recommendationcheckpoints\.plimsoll\.dev, sizingpolicies\.plimsoll\.dev at v1alpha1\. Install/,
  ],
  'types of an older version': [
    {
      types: {
        value: new Map([
          ...(WELL.types as { value: ReadonlyMap<string, TypeFacts> }).value,
          [
            'recommendations.plimsoll.dev',
            new Map([
              ['v1', [...DEFINED_COLUMNS]],
              ['v1alpha1', ['Mode', 'Applied']],
            ]),
          ],
        ]),
      },
    },
    /^warn {2}types +recommendations\.plimsoll\.dev is of an older version, so webhooks read whole.*crds\.install/,
  ],
  'a failurePolicy that refuses Pods': [
    registered(registration({ failurePolicy: 'Fail' })),
    /^fail {2}registration +plimsoll has failurePolicy Fail: Pods are refused.*helm upgrade/,
  ],
  'a long time-out': [
    registered(registration({ timeoutSeconds: 30 })),
    /^warn {2}registration +.*timeoutSeconds 30: a Pod waits that long/,
  ],
  'two registrations': [
    registered(registration(), registration()),
    /^fail {2}registration +two MutatingWebhookConfigurations.*Uninstall one/,
  ],
  'half a registration': [
    registered({ ...registration(), webhooks: registration().webhooks.slice(0, 1) }),
    /^fail {2}registration +plimsoll lacks the webhook approve\.plimsoll\.dev/,
  ],
  'no Pods': [{ pods: { value: [] } }, /^fail {2}pods +no Pod of Plimsoll exists in plimsoll/],
  'no ready Pod': [
    {
      pods: {
        value: [
          pod('a', { isReady: false, containers: [{ ...container, name: 'webhook', waiting: 'ImagePullBackOff' }] }),
        ],
      },
    },
    /^fail {2}pods +none of 1 Pods is ready \(a\/webhook: ImagePullBackOff\)\. See kubectl get pods -n plimsoll/,
  ],
  'a Pod that is not ready': [
    { pods: { value: [pod('a'), pod('b', { isReady: false })] } },
    /^warn {2}pods +1 of 2 Pods are ready; not: b/,
  ],
  'one replica': [{ pods: { value: [pod('a')] } }, /^warn {2}pods +only one Pod is ready\. Run two/],
  'a learner that does not start': [
    {
      learners: {
        value: [learner('c'), learner('d', { containers: [{ ...container, waiting: 'ImagePullBackOff' }] })],
      },
    },
    /^warn {2}pods +a learner does not start: d\/learner: ImagePullBackOff\. See kubectl get pods -n plimsoll/,
  ],
  restarts: [
    { learners: { value: [learner('c'), learner('d', { containers: [{ ...container, restarts: 9 }] })] } },
    /^warn {2}pods +containers were restarted: d\/learner 9 times.*--previous/,
  ],
  'two images': [
    { learners: { value: [learner('c'), learner('d', { containers: [{ ...container, image: 'plimsoll:0.9.0' }] })] } },
    /^warn {2}versions +the Pods run different images: plimsoll:1\.0\.0, plimsoll:0\.9\.0/,
  ],
  'a doctor of another version': [
    { version: '1.1.0' },
    /^warn {2}versions +Plimsoll 1\.0\.0 is installed, but this doctor has version 1\.1\.0/,
  ],
  'no Secret': [
    { secret: { value: undefined } },
    /^fail {2}certificate +there is no Secret plimsoll\/plimsoll-tls, so the webhook cannot serve\. The learners issue and publish certificates automatically/,
  ],
  'no Secret, with cert-manager': [
    { secret: { value: undefined }, settings: prometheus },
    /^fail {2}certificate .*cert-manager issues the certificate, and its cainjector publishes the authority: see kubectl describe certificate/,
  ],
  'no Secret, by hand': [
    { secret: { value: undefined }, settings: undefined },
    /^fail {2}certificate .*Renew the certificate where you issued it/,
  ],
  garbage: [
    { secret: { value: { cert: 'x', key: 'x', pathKeys: [PATH_KEY] } } },
    /^fail {2}certificate +tls\.crt in plimsoll\/plimsoll-tls is not a certificate/,
  ],
  'an expired certificate': [
    { secret: { value: { ...(await leaf(91)), pathKeys: [PATH_KEY] } } },
    /^fail {2}expiry +the certificate expired on 2026-01-14\. /,
  ],
  'a late renewal': [
    { secret: { value: { ...(await leaf(70)), pathKeys: [PATH_KEY] } } },
    /^warn {2}expiry +the certificate expires on 2026-02-04, and should have been renewed by now/,
    /^fail {2}served/,
  ],
  'a near end, by hand': [
    { secret: { value: await leaf(85) }, settings: undefined },
    /^warn {2}expiry +the certificate expires on 2026-01-20\. Renew/,
    /^fail {2}served/,
  ],
  'another name': [
    { secret: { value: { ...(await leaf(0, 'elsewhere')), pathKeys: [PATH_KEY] } } },
    /^fail {2}trust +the API server does not accept the certificate for auto\.plimsoll\.dev: it is not for plimsoll\.plimsoll\.svc/,
  ],
  'another authority': [
    registered(registration({}, other.cert)),
    /^fail {2}trust +.*the API server does not trust its issuer/,
  ],
  'an empty bundle': [
    registered(registration({}, '')),
    /^fail {2}trust +the API server trusts no certificate for auto\.plimsoll\.dev: its caBundle is empty/,
  ],
  'another key': [
    { secret: { value: { ...(await leaf()), key: (await leaf()).key, pathKeys: [PATH_KEY] } } },
    /^fail {2}trust +.*tls\.key does not belong to tls\.crt/,
  ],
  'a webhook that serves something else': [
    {
      pods: {
        value: [pod('a'), pod('b', { metrics: { value: `${HEARD}plimsoll_certificate_expiry_timestamp_seconds 1` } })],
      },
    },
    /^fail {2}served +b serves another certificate than the Secret's, or none\. Its log/,
  ],
  'metrics that may not be read': [
    { pods: { value: [pod('a', { metrics: denied }), pod('b', { metrics: denied })] } },
    /^warn {2}served +.*pods\/proxy/,
    /^warn {2}heard +.*pods\/proxy/,
  ],
  'a webhook that has lost the API server': [
    {
      pods: {
        value: [
          pod('a'),
          pod('b', { metrics: { value: `${SERVED}plimsoll_snapshot_heard_timestamp_seconds ${NOW / 1000 - 660}` } }),
        ],
      },
    },
    /^fail {2}heard +b has heard nothing from the API server for more than 10 minutes.*kubectl logs -n plimsoll b\. 401: its token is missing or expired/,
  ],
  'a webhook that never had the API server': [
    {
      pods: {
        value: [pod('a'), pod('b', { metrics: { value: `${SERVED}plimsoll_snapshot_heard_timestamp_seconds 0` } })],
      },
    },
    /^fail {2}heard +b has heard nothing from the API server since the start, and serves what it knew then/,
  ],
  'a clock that is a minute ahead': [
    { lease: { value: { holder: 'a', isRenewed: true, skewSeconds: 61 } } },
    /^warn {2}clock +the learner's clock is 61 s ahead of the API server's\. Synchronise/,
  ],
  'a clock that is an hour behind': [
    { lease: { value: { holder: 'a', isRenewed: true, skewSeconds: -3600 } } },
    /^fail {2}clock +the learner's clock is 3600 s behind the API server's/,
  ],
  'no leader': [
    { lease: { value: undefined } },
    /^warn {2}clock/,
    /^fail {2}leader +no learner leads, so nothing is learned\. Look into .*logs/,
  ],
  'a silent leader': [
    { lease: { value: { holder: 'a-1', isRenewed: false, skewSeconds: 0 } } },
    /^fail {2}leader +a-1 leads, but has not renewed its Lease/,
  ],
  'missing rights': [
    { rights: { value: Array.from({ length: 7 }, () => right) } },
    /^fail {2}rights +the learner may not (patch recommendations\/status\.plimsoll\.dev; ){5}and 2 more\. Run helm upgrade/,
  ],
  'missing rights of both': [
    { rights: { value: [right, { ...right, process: 'webhook', verb: 'watch', resource: 'limitranges', group: '' }] } },
    /^fail {2}rights +the webhook may not watch limitranges, and the learner may not patch recommendations\/status\.plimsoll\.dev\. Run/,
  ],
  'a webhook that may write': [
    { rights: { value: [harmful, { ...harmful, verb: 'delete', resource: 'recommendations' }] } },
    /^warn {2}privilege +the webhook may patch recommendations\/status\.plimsoll\.dev; delete recommendations\.plimsoll\.dev, but does not need to.*plimsoll\/plimsoll\)/,
  ],
  'one account for both': [
    { learners: { value: [learner('c', { account: 'plimsoll' })] } },
    /^warn {2}privilege +webhook and learner share the service account plimsoll\/plimsoll,.*webhook\.serviceAccount and learner\.serviceAccount/,
  ],
  'a right for one name': [
    { rights: { value: [{ ...right, resource: 'secrets', group: '', name: 'tls', namespace: 'plimsoll' }] } },
    /^fail {2}rights +the learner may not patch secrets tls in plimsoll\./,
  ],
  'a path that webhooks do not accept': [
    registered(registration({}, authority.cert, `/${'9'.repeat(40)}`)),
    /^fail {2}callers +the API server calls auto\.plimsoll\.dev at a path that the webhooks do not accept, so no Pod is sized\. .*component=learner\./,
  ],
  'a plain path that webhooks do not accept': [
    registered(registration({}, authority.cert, '')),
    /^fail {2}callers +the API server calls auto/,
  ],
  'a path of no mode': [registered(registration({}, authority.cert, '/a/b')), /^fail {2}callers/],
  'no key': [
    { secret: { value: await leaf() } },
    /^warn {2}callers +there is no key for the path of reviews yet, so everybody who can reach the Service can read values\. The learners/,
  ],
  'an API server without the certificate': [
    {
      pods: {
        value: [
          pod('a', {
            metrics: { value: `${HEARD}${SERVED}plimsoll_admission_strangers_total{lacks="certificate"} 5\n` },
          }),
          pod('b'),
        ],
      },
    },
    /^fail {2}callers +no review came with the client certificate that webhook\.clientCa asks for.*AdmissionConfiguration/,
  ],
  'calls that fail': [
    called({ failedOpen: 1 }),
    /^fail {2}calls +the API server could not call auto\.plimsoll\.dev for a Pod in shop.*firewall.*endpointslices/,
  ],
  'no call': [called({ calls: 0 }), /^warn {2}calls +.*did not call auto\.plimsoll\.dev\. With several API servers/],
  'no call, as the Pod was refused': [
    called({ calls: 0, refused: 'no quota' }),
    /^warn {2}calls +.*: it refused the Pod first \(no quota\)\. Try again/,
  ],
  'nothing to call for': [{ probe: { value: undefined } }, /^warn {2}calls +no namespace has mode auto or approve/],
  'calls that failed before': [
    {
      failOpen: {
        value: new Map([
          ['auto.plimsoll.dev', 12],
          ['approve.plimsoll.dev', 0],
        ]),
      },
    },
    /^warn {2}fail-open +.*: auto\.plimsoll\.dev 12; these Pods were admitted unchanged/,
  ],
  'no namespace': [
    { namespaces: { value: [] } },
    /^warn {2}namespaces +no namespace has opted in.*kubectl label namespace/,
  ],
  'a mode that is none': [
    { namespaces: { value: [{ ...shop, label: 'on' }] } },
    /^warn {2}namespaces +namespace shop has plimsoll\.dev\/mode=on, which is not a mode/,
  ],
  'no metrics API': [
    { namespaces: { value: [{ ...shop, measured: { problem: '404\nNotFound.' } }] } },
    /^fail {2}history +the metrics API does not answer: 404 NotFound\. Install metrics-server/,
  ],
  'no usage': [
    { namespaces: { value: [{ ...shop, measured: { value: 0 } }] } },
    /^fail {2}history +the metrics API has no usage of shop, although Pods run there/,
  ],
  'usage that is not read': [
    {
      learners: {
        value: ['a', 'b'].map((name) =>
          learner(name, { metrics: { value: 'plimsoll_learner_last_usage_timestamp_seconds 0' } }),
        ),
      },
    },
    /^fail {2}history +no learner has read the metrics API yet/,
  ],
  'usage that is not read any more': [
    {
      learners: {
        value: ['a', 'b'].map((name) =>
          learner(name, {
            metrics: { value: `plimsoll_learner_last_usage_timestamp_seconds ${NOW / 1000 - 3600}` },
          }),
        ),
      },
    },
    /^fail {2}history +the learner has read the metrics API 60 minutes ago, and not since/,
  ],
  'a Prometheus that only the learner reaches': [
    { settings: prometheus, learners: { value: ['a', 'b'].map((name) => learner(name, { metrics: denied })) } },
    /^warn {2}history +whether the learner has read Prometheus at http:\/\/prometheus:9090 is not known here/,
    /^warn {2}clusters +whether Prometheus holds series of other clusters is not known here/,
  ],
  'old Recommendations': [
    { recommendations: { value: [{ namespace: 'shop', lastSeen: new Date(NOW - 3 * DAY).toISOString() }] } },
    /^fail {2}recommendations +none of 1 Recommendations has been updated for two days/,
  ],
  'no Recommendations': [
    { recommendations: { value: [] } },
    /^warn {2}recommendations +no Recommendation in shop, although Pods have run there/,
  ],
}

const lines = (facts: InstallationFacts) => examine(facts).map(describeFinding)

test('in a healthy installation, every check is ok and printed once, in order', () => {
  const findings = examine(WELL)
  assert.deepEqual(
    findings.map(({ check }) => check),
    [...CHECKS],
  )
  assert.deepEqual([...new Set(findings.map(({ status }) => status))], ['ok'], lines(WELL).join('\n'))
})

test('a healthy installation also says who gets values: callers with a key, or everybody who can reach the Service', () => {
  const callers = (changes: Partial<InstallationFacts>) => {
    const found = examine({ ...WELL, ...changes }).filter(({ check }) => check === 'callers')
    assert.deepEqual(
      found.map(({ status }) => status),
      ['ok'],
    )
    return found[0]!.says
  }
  const plain = registered(registration({}, authority.cert, ''))
  const secret = {
    value: { ...(WELL.secret as { value: { cert: string; key: string } }).value, pathKeys: [PATH_KEY, 'plain'] },
  }
  assert.match(callers({}), /^only reviews at a path with a key/)
  assert.match(callers({ ...plain, secret }), /until every webhook accepts a key/)
  assert.match(callers({ settings: prometheus }), /^only reviews at a path with a key/)
  assert.match(callers({ ...plain, settings: prometheus }), /unless webhook\.clientCa or a NetworkPolicy is set/)
  const metrics = {
    value:
      'plimsoll_admission_strangers_total{lacks="certificate"} 5\nplimsoll_admission_requests_total{mode="auto",outcome="patched"} 1\n',
  }
  assert.match(callers({ pods: { value: [pod('a', { metrics }), pod('b')] } }), /^only reviews/)
})

test('where nothing is installed, that is the one thing to say', () => {
  const none = { registrations: { value: [] }, pods: { value: [] }, learners: { value: [] } }
  assert.deepEqual(lines({ ...WELL, ...none, types: { value: new Map() }, rights: denied }), [
    'ok    kubernetes       Kubernetes v1.36.3',
    'fail  installation     Plimsoll is not installed in this cluster: it has no registration and no Pod here. Run "kubectl plimsoll init", which prints the helm command that fits this cluster, or choose another context of the kubeconfig.',
  ])
  assert.ok(lines({ ...WELL, ...none, pods: denied }).length > 2, 'what could not be looked for may be there')
})

for (const [what, [changes, ...expected]] of Object.entries(FAULTS)) {
  test(`${what} is reported on one line with what to do, and nothing else is`, () => {
    const told = lines({ ...WELL, ...changes }).filter((line) => !line.startsWith('ok'))
    assert.equal(told.length, expected.length, told.join('\n'))
    for (const [index, pattern] of expected.entries()) assert.match(told[index]!, pattern)
    for (const line of told) assert.doesNotMatch(line, /\n|\.\.|undefined|NaN|Infinity/)
  })
}

test('a new installation without history is well', () => {
  const young = { ...shop, pods: { value: { count: 1, oldest: NOW - DAY / 2 } } }
  const told = lines({ ...WELL, namespaces: { value: [young] }, recommendations: { value: [] } })
  assert.match(told.at(-1)!, /^ok +recommendations +none yet: they need 24 hours of history$/)
})

test('a registration by URL needs no Pods, and the certificate is for its host', () => {
  const clientConfig = {
    url: 'https://plimsoll.plimsoll.svc:8443/mutate/auto',
    caBundle: Buffer.from(authority.cert).toString('base64'),
  }
  const secret = { value: { ...(WELL.secret as { value: { cert: string; key: string } }).value, pathKeys: undefined } }
  const told = lines({ ...WELL, ...registered(registration({ clientConfig })), pods: { value: [] }, secret })
  assert.deepEqual(
    told.filter((line) => line.startsWith('fail')),
    [],
  )
  assert.match(told.join('\n'), /ok +pods +the webhook is registered by URL/)
  assert.match(told.join('\n'), /ok +callers +everybody who can reach the Service can read values, unless/)
})

test('what may not be read is a warning that asks for rights, never a failure or a crash', () => {
  const blind: InstallationFacts = {
    ...WELL,
    ...{
      types: denied,
      registrations: denied,
      pods: denied,
      learners: denied,
      secret: denied,
      lease: denied,
      rights: denied,
    },
    ...{ probe: denied, failOpen: denied, namespaces: denied, recommendations: denied, settings: undefined },
  }
  const findings = examine(blind)
  assert.deepEqual(
    findings.filter(({ status }) => status === 'fail'),
    [],
  )
  const asking = findings.filter((finding) => 'act' in finding && /rights of a cluster administrator/.test(finding.act))
  assert.ok(asking.length >= 9, findings.map(describeFinding).join('\n'))
})

test('a webhook that serves from files needs no Secret', () => {
  const findings = examine({ ...WELL, ...files() })
  assert.deepEqual(
    findings.filter(({ status }) => status !== 'ok'),
    [],
  )
  const [certificate, expiry] = findings.filter(({ check }) => check === 'certificate' || check === 'expiry')
  assert.match(certificate!.says, /serves from files/)
  assert.match(expiry!.says, /^the certificate expires on/)
  const outside = registration({ clientConfig: { url: 'https://127.0.0.1:8443/mutate' } })
  const { settings: _, ...unknown } = WELL
  const away = {
    ...unknown,
    settings: undefined,
    ...registered(outside),
    pods: { value: [] },
    secret: { value: undefined },
  }
  assert.ok(!examine(away).some(({ check, status }) => check === 'certificate' && status !== 'ok'))
})

test('a webhook that comes after Plimsoll is named, though nothing carries its values', () => {
  const order = (...value: ReturnType<typeof webhook>[]) =>
    examine({ ...WELL, otherWebhooks: { value: value as never } }).find(({ check }) => check === 'order')!
  assert.match(order(webhook('zz')).says, /^zz\.example\.com \(zz-injector\) comes after Plimsoll/)
  assert.equal(order(webhook('zz')).status, 'ok')
  for (const rules of [[], [{ operations: ['UPDATE'], apiGroups: ['*'], resources: ['*'] }]])
    assert.match(order(webhook('zz', { rules })).says, /^no webhook/)
})
