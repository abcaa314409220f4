// What `helm install` prints, with Helm 4: a dry run of Helm 3 asks a cluster. What an upgrade prints is in test/cluster/chart, with both.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { CHART } from '../../scripts/chart/files.ts'
import { helm, helmObstacle, IMAGE } from './helm.ts'
import { VALUE_SETS } from './value-sets.ts'

const running = (setting: string) => ({ settings: { apply: { running: setting } } })

describe('the notes of the chart', { skip: helmObstacle() ?? false }, () => {
  test('say that running Pods are changed, how to leave them alone, and what uninstalling leaves', async () => {
    const notes = await notesOf({})
    assert.match(notes, /Running Pods get the applied revision, too: they are resized in place, without a restart/)
    assert.match(notes, /settings\.apply\.running=never for all,\s+the annotation plimsoll\.dev\/apply-running: never/)
    assert.match(notes, /helm uninstall does not change running Pods: they keep their values until they are replaced\./)
    assert.doesNotMatch(notes, /restarted\s+where|NEW WITH THIS UPGRADE/)
  })

  test('name the doctor, the plugin and the dashboard', async () => {
    const notes = await notesOf({})
    assert.match(notes, /kubectl plimsoll doctor --namespace plimsoll\n/)
    assert.match(notes, /bin\/kubectl-plimsoll of a clone: docs\/start\/install\.md/)
    assert.match(notes, /kubectl plimsoll dashboard --plimsoll-namespace plimsoll\n/)
    assert.match(notes, /set dashboard\.enabled=true/)
  })

  test('say under which addresses the dashboard is reached', async () => {
    const behindIngress = await notesOf(VALUE_SETS['the dashboard behind an Ingress']!)
    assert.match(behindIngress, /https:\/\/tools\.example\.com\/plimsoll\/\n/)
    assert.match(behindIngress, /http:\/\/localhost:8090\/plimsoll\/\n/)
    assert.match(await notesOf(VALUE_SETS['the dashboard behind a Gateway']!), /plimsoll\.example\.com\/ \(through/)
  })

  test('say that they are restarted where that is allowed, and nothing of either where it is not', async () => {
    assert.match(await notesOf(running('inPlaceOrRestart')), /and restarted\s+where that is not enough/)
    const never = await notesOf(running('never'))
    assert.match(never, /Running Pods are not changed: only new Pods get the applied revision/)
    assert.match(never, /helm uninstall does not change running Pods/)
    assert.doesNotMatch(never, /resized/)
  })
})

async function notesOf(values: object): Promise<string> {
  const args = ['install', 'plimsoll', CHART, '--namespace=plimsoll', '--values=-', '--dry-run=client']
  const printed = await helm(args, JSON.stringify({ ...IMAGE, ...values }))
  return printed.slice(printed.indexOf('NOTES:'))
}
