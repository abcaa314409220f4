import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { loadSettings } from '../../src/config/index.ts'
import { formatQuantity } from '../../src/resources/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-settings-'))
after(() => rmSync(folder, { recursive: true, force: true }))

function load(yaml: string) {
  const path = join(folder, 'settings.yaml')
  writeFileSync(path, yaml)
  return loadSettings(path)
}

function refusal(yaml: string): string {
  try {
    load(yaml)
  } catch (error) {
    assert.equal((error as Error).name, 'ConfigError')
    return (error as Error).message
  }
  throw new Error('expected the settings to be refused')
}

describe('the settings', () => {
  test('take no password in the URL of notices, and do not repeat it', () => {
    const message = refusal('notices: {url: "https://bob:hunter2@hooks.example/"}')
    assert.match(message, /no user or password in the URL[\s\S]*notices\.url/)
    assert.doesNotMatch(message, /hunter2/)
  })

  test('all have defaults', () => {
    for (const settings of [loadSettings(undefined), load(''), load('# nothing but a comment\n')]) {
      assert.equal(settings.goal, 'balanced')
      assert.deepEqual(settings.limits, { cpu: 'none', memory: 'headroom' })
      assert.deepEqual(settings.step, { maxIncrease: 1, maxDecrease: 0.5 })
      assert.equal(settings.learner.forgetAfterDays, 30)
      assert.equal(formatQuantity('memory', settings.bounds.memory.max), '64Gi')
    }
  })

  test('are read from a file, each on its own, quantities as text or number', () => {
    const { bounds, goal, prometheus, limits } = load(`
      goal: savings
      bounds: {cpu: {max: 4}, memory: {min: 64Mi}}
      limits: {cpu: keep}
      prometheus: {url: "https://prometheus.example:9090/select/0", headers: {X-Scope-OrgID: team}}
    `)
    assert.equal(goal, 'savings')
    assert.deepEqual([formatQuantity('cpu', bounds.cpu.min), formatQuantity('cpu', bounds.cpu.max)], ['10m', '4'])
    assert.deepEqual(
      [formatQuantity('memory', bounds.memory.min), formatQuantity('memory', bounds.memory.max)],
      ['64Mi', '64Gi'],
    )
    assert.deepEqual(limits, { cpu: 'keep', memory: 'headroom' })
    assert.deepEqual([prometheus?.backfillDays, prometheus?.stepSeconds], [14, 300])
  })

  test('that cannot be used are refused by name, all at once, with what was expected', () => {
    const message = refusal(
      'goal: best\nbounds: {cpu: {min: 4, max: 2}, memory: {min: lots}}\nstpe: {}\nprometheus: {url: "ftp://x"}\n',
    )
    assert.match(message, /settings\.yaml has settings that cannot be used/)
    assert.match(message, /"stpe"/)
    assert.match(message, /"savings"\|"balanced"\|"reliability"\n\s+→ at goal/)
    assert.match(message, /min must not be above max\n\s+→ at bounds\.cpu/)
    assert.match(message, /expected a quantity above 0, such as 250m or 64Mi\n\s+→ at bounds\.memory\.min/)
    assert.match(message, /http:\/\/ or https:\/\/\n\s+→ at prometheus\.url/)
    assert.doesNotMatch(message, /at bounds\.memory\n/)
  })

  test('of zero, of less, and steps that go nowhere are refused', () => {
    for (const yaml of [
      'bounds: {cpu: {min: 0}}',
      'bounds: {memory: {max: -1}}',
      'step: {maxDecrease: 2}',
      'step: {maxIncrease: 0}',
      'learner: {publishEverySeconds: 0}',
    ]) {
      assert.match(refusal(yaml), /→ at /)
    }
  })

  test('in broken YAML, a missing file or a file that is too large are reported with the path', () => {
    assert.match(refusal('goal: [balanced'), /settings\.yaml: .*line 1/s)
    assert.match(refusal('a: &a [x]\nb: [*a, *a]'), /settings\.yaml/)
    assert.match(refusal(`# ${'x'.repeat(1024 * 1024)}`), /larger than 1 MiB/)
    assert.throws(() => loadSettings(join(folder, 'missing.yaml')), /cannot read the settings: ENOENT.*missing\.yaml/)
    assert.throws(() => loadSettings(folder), /cannot read the settings: EISDIR/)
  })
})

test('certificates are made by hand unless the settings say otherwise; then every name has a default', () => {
  assert.equal(loadSettings(undefined).certificates, undefined)
  assert.deepEqual(load('certificates: {}').certificates, {
    mode: 'self-managed',
    secretName: 'plimsoll-tls',
    caSecretName: 'plimsoll-ca',
    webhookConfiguration: 'plimsoll',
    serviceName: 'plimsoll',
  })
  assert.match(refusal('certificates: {mode: vault}'), /at certificates\.mode/)
  assert.match(
    refusal('certificates: {secretName: ../x}'),
    /expected the name of a Kubernetes object, such as plimsoll-tls/,
  )
})
