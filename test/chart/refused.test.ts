// Bad values are refused before anything is installed, with the message that a person needs.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { HELMS, helmObstacle, IMAGE, template } from './helm.ts'

const PEM = '-----BEGIN CERTIFICATE-----'

/** Values, and what the message must hold: which value, and what was expected. */
const REFUSED: readonly (readonly [string, object, ...RegExp[]])[] = [
  [
    'no image',
    { image: { repository: '' } },
    /image\.repository is empty.*not from a release/s,
    /--set image\.repository=/,
  ],
  [
    'a digest that is none',
    { image: { ...IMAGE.image, digest: 'sha256:abc' } },
    /\/image\/digest/,
    /sha256:\[0-9a-f\]\{64\}/,
  ],
  ['a value that does not exist', { repilcas: 3 }, /additional properties 'repilcas' not allowed/],
  ['a setting that does not exist', { settings: { bound: {} } }, /'\/settings': additional properties 'bound'/],
  [
    "the program's namespace, which is the release's",
    { settings: { namespace: 'x' } },
    /'\/settings': additional properties 'namespace'/,
  ],
  [
    'prices of node pools for experiments, which do not tell nodes apart',
    {
      experiments: { prices: { pools: [{ name: 'spot', labels: { pool: 'spot' }, coreHour: 0.01, gibHour: 0.001 }] } },
    },
    /'\/experiments\/prices': additional properties 'pools' not allowed/,
  ],
  [
    'a currency for experiments, which show none',
    { experiments: { prices: { currency: 'EUR' } } },
    /'\/experiments\/prices': additional properties 'currency' not allowed/,
  ],
  [
    'a label of all objects that the chart sets',
    { commonLabels: { 'helm.sh/chart': 'mine' } },
    /commonLabels has helm\.sh\/chart, which the chart sets: expected labels with other names/,
  ],
  [
    'a label of Pods by which Services find them',
    { podLabels: { 'app.kubernetes.io/name': 'mine' } },
    /podLabels has app\.kubernetes\.io\/name, which the chart sets/,
  ],
  [
    'an environment variable that holds the size of the heap',
    { learner: { extraEnv: [{ name: 'NODE_OPTIONS', value: '--inspect' }] } },
    /learner\.extraEnv has NODE_OPTIONS, which the chart sets: the heap follows from learner\.resources\.limits\.memory/,
  ],
  [
    'an Ingress for a dashboard that is off',
    { dashboard: { ingress: { enabled: true } } },
    /dashboard\.ingress\.enabled is true, and dashboard\.enabled is false/,
  ],
  [
    'an HTTPRoute for a dashboard that is off',
    { dashboard: { httpRoute: { enabled: true, parentRefs: [{ name: 'public' }] } } },
    /dashboard\.httpRoute\.enabled is true, and dashboard\.enabled is false/,
  ],
  [
    'an HTTPRoute without a Gateway',
    { dashboard: { enabled: true, httpRoute: { enabled: true } } },
    /dashboard\.httpRoute\.parentRefs is empty: name the Gateway/,
  ],
  [
    'a path prefix that ends in a slash',
    { dashboard: { enabled: true, pathPrefix: '/plimsoll/' } },
    /\/dashboard\/pathPrefix/,
  ],
  [
    'a link to another cluster that is no address of a page',
    { dashboard: { enabled: true, clusters: [{ name: 'eu', url: 'javascript:alert(1)' }] } },
    /\/dashboard\/clusters\/0\/url/,
  ],
  [
    'Pods that could find no host',
    { dnsPolicy: 'None' },
    /dnsPolicy is None, and dnsConfig\.nameservers is empty: the Pods would find no host/,
  ],
  ['no replica', { replicas: 0 }, /\/replicas': minimum: got 0, want 1/],
  ['half a replica', { replicas: 1.5 }, /\/replicas': got number, want integer/],
  [
    'a level of logging that the program does not have',
    { logLevel: 'trace' },
    /\/logLevel': value must be one of 'debug', 'info', 'warn', 'error'/,
  ],
  [
    'a goal that is none',
    { settings: { goal: 'cheap' } },
    /\/settings\/goal': value must be one of 'savings', 'balanced', 'reliability'/,
  ],
  [
    'a limits policy that is none',
    { settings: { limits: { cpu: 'some' } } },
    /\/settings\/limits\/cpu': value must be one of 'keep'/,
  ],
  [
    'a bound that is no quantity',
    { settings: { bounds: { cpu: { min: 'little' } } } },
    /settings\.bounds\.cpu\.min is "little": expected a quantity above 0, such as 250m or 64Mi/,
  ],
  [
    'a bound with a suffix that is none',
    { settings: { bounds: { memory: { max: '64GB' } } } },
    /settings\.bounds\.memory\.max is "64GB": expected a quantity/,
  ],
  [
    'a bound of nothing',
    { settings: { bounds: { cpu: { min: 0 } } } },
    /settings\.bounds\.cpu\.min is "0": expected a quantity above 0/,
  ],
  [
    'a negative bound',
    { settings: { bounds: { cpu: { min: '-1' } } } },
    /settings\.bounds\.cpu\.min is "-1": expected a quantity above 0/,
  ],
  [
    'bounds the wrong way round',
    { settings: { bounds: { cpu: { min: 2, max: '500m' } } } },
    /settings\.bounds\.cpu\.min is 2, which is above settings\.bounds\.cpu\.max, 500m/,
  ],
  [
    'bounds the wrong way round, in other units',
    { settings: { bounds: { memory: { min: '1025Mi', max: '1Gi' } } } },
    /settings\.bounds\.memory\.min is 1025Mi, which is above/,
  ],
  [
    'a smallest change that is no quantity',
    { settings: { minimumChange: { memory: 'x' } } },
    /settings\.minimumChange\.memory is "x"/,
  ],
  [
    'a step down of more than all',
    { settings: { step: { maxDecrease: 1.5 } } },
    /\/settings\/step\/maxDecrease': maximum: got 1\.5, want 1/,
  ],
  [
    'a Prometheus without an address',
    { settings: { prometheus: {} } },
    /\/settings\/prometheus': missing property 'url'/,
  ],
  [
    'a Prometheus that is no URL',
    { settings: { prometheus: { url: 'prometheus:9090' } } },
    /\/settings\/prometheus\/url': 'prometheus:9090' does not match pattern '\^https\?:\/\/'/,
  ],
  [
    'a certificate mode that is none',
    { certificates: { mode: 'manual' } },
    /\/certificates\/mode': value must be one of 'self-managed', 'cert-manager', 'existing'/,
  ],
  [
    'an existing certificate without its name',
    { certificates: { mode: 'existing', ca: PEM } },
    /certificates\.existingSecret is empty.*name the Secret that holds tls\.crt and tls\.key/s,
  ],
  [
    'an existing certificate that nobody trusts',
    { certificates: { mode: 'existing', existingSecret: 'a' } },
    /certificates\.ca is not a PEM certificate.*--set-file certificates\.ca=ca\.crt/s,
  ],
  [
    'an existing certificate in another mode',
    { certificates: { existingSecret: 'a' } },
    /certificates\.existingSecret and certificates\.ca are for certificates\.mode existing, and it is self-managed/,
  ],
  [
    'an issuer in another mode',
    { certificates: { issuerRef: { name: 'a' } } },
    /certificates\.issuerRef is for certificates\.mode cert-manager, and it is self-managed/,
  ],
  [
    'an issuer without a name',
    { certificates: { mode: 'cert-manager', issuerRef: { kind: 'Issuer' } } },
    /certificates\.issuerRef has no name/,
  ],
  [
    'a key of the user where Plimsoll creates one',
    { webhook: { pathKeys: ['a'.repeat(32)] } },
    /webhook\.pathKeys are for certificates\.mode cert-manager and existing, and it is self-managed: leave them out/,
  ],
  [
    'a key that can be guessed',
    { certificates: { mode: 'cert-manager' }, webhook: { pathKeys: ['a'.repeat(31)] } },
    /\/webhook\/pathKeys\/0': '.*' does not match pattern/,
  ],
  [
    'an authority of clients that is none',
    { webhook: { clientCa: 'ca.crt' } },
    /webhook\.clientCa is not a PEM certificate.*--set-file webhook\.clientCa=ca\.crt/s,
  ],
  [
    'the name in a certificate of no authority',
    { webhook: { clientName: 'kube-apiserver' } },
    /webhook\.clientName is the name in a certificate, and webhook\.clientCa is empty/,
  ],
  ['a port that is none', { webhook: { port: 70000 } }, /\/webhook\/port': maximum: got 70,000, want 65,535/],
  [
    'one port twice',
    { webhook: { opsPort: 8443 } },
    /webhook\.port and webhook\.opsPort are both 8443: expected different ones/,
  ],
  [
    "a port of root on the node's network",
    { webhook: { hostNetwork: true, port: 443 } },
    /webhook\.port is 443 with webhook\.hostNetwork: expected 1024 or more/,
  ],
  [
    'a webhook without a memory limit',
    { webhook: { resources: { limits: { memory: null } } } },
    /webhook\.resources\.limits\.memory is missing: expected a memory limit such as 512Mi/,
  ],
  [
    'a webhook with less memory than Node.js takes',
    { webhook: { resources: { limits: { memory: '128Mi' } } } },
    /webhook\.resources\.limits\.memory is 128Mi: expected at least 256Mi/,
  ],
  [
    'a learner with less memory than Node.js takes',
    { learner: { resources: { limits: { memory: '200M' } } } },
    /learner\.resources\.limits\.memory is 200M: expected at least 224Mi/,
  ],
  [
    'a memory limit that is none',
    { learner: { resources: { limits: { memory: 'lots' } } } },
    /learner\.resources\.limits\.memory is "lots": expected a quantity/,
  ],
  [
    'an interval that is none',
    { metrics: { serviceMonitor: { interval: 'often' } } },
    /\/metrics\/serviceMonitor\/interval': 'often' does not match/,
  ],
  [
    'an address that is no range',
    { networkPolicy: { apiServerCidrs: ['10.0.0.1'] } },
    /\/networkPolicy\/apiServerCidrs\/0': '10\.0\.0\.1' does not match/,
  ],
  [
    'one account for webhook and learner',
    { learner: { serviceAccount: { name: 'plimsoll' } } },
    /webhook\.serviceAccount\.name and learner\.serviceAccount\.name are both plimsoll.*expected different accounts/s,
  ],
  [
    'an account that is there already, without its name',
    { webhook: { serviceAccount: { create: false } } },
    /webhook\.serviceAccount\.name is empty, and webhook\.serviceAccount\.create is false: name the service account/,
  ],
  [
    'the one account of the version before',
    { serviceAccount: {} },
    /additional properties 'serviceAccount' not allowed/,
  ],
  ['text where a number belongs', { replicas: 'two' }, /\/replicas': got string, want integer/],
]

for (const program of HELMS) {
  describe(`${program} refuses`, { skip: helmObstacle(program) ?? false }, () => {
    for (const [what, values, ...expected] of REFUSED) {
      test(what, async () => {
        for (const message of expected) {
          await assert.rejects(template({ ...IMAGE, ...values }, [], { program }), { message })
        }
      })
    }

    test('a cluster that is too old, and takes builds with a suffix', async () => {
      const forKubernetes = (version: string) => template(IMAGE, [`--kube-version=${version}`], { program })
      await assert.rejects(forKubernetes('1.29.9'), { message: /requires kubeVersion: >=1\.30\.0-0/ })
      await forKubernetes('1.30.4-gke.1000')
    })
  })
}
