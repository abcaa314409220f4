import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { stoppedText } from '../../src/commands/try/stopped.ts'
import { type KubeClient, KubeError } from '../../src/kube/index.ts'

const SPEC = { replicas: 2, template: { spec: { containers: [{ name: 'app', image: 'web:1' }] } } }
const ORIGINALS = [{ kind: 'Deployment' as const, name: 'web', uid: 'u', spec: JSON.stringify(SPEC) }]

/** A cluster with one Deployment, or with an error in its place. */
function cluster(found: object | Error) {
  const get = async () => {
    if (found instanceof Error) throw found
    return found
  }
  return { get } as unknown as Pick<KubeClient, 'get'>
}

const textFor = (found: object | Error, originals: typeof ORIGINALS | undefined = ORIGINALS) =>
  stoppedText(cluster(found), 'staging', originals)

describe('what try says of an experiment that was stopped', () => {
  it('is that the workload is as it was before, only if it is', async () => {
    const found = { metadata: { uid: 'u' }, spec: SPEC }
    assert.equal(await textFor(found), 'It was stopped, and the workload is restored.')
  })

  it('is that an edit was kept', async () => {
    const text = await textFor({ metadata: { uid: 'u' }, spec: { ...SPEC, replicas: 5 } })
    assert.match(text, /^It was stopped\. deployment\/web was not restored completely: changes by others/)
  })

  it('is that the workload is gone, also with its namespace, or was created again', async () => {
    const gone = 'It was stopped. deployment/web was deleted meanwhile.'
    assert.equal(await textFor(new KubeError('NotFound', 'web', { status: 404 })), gone)
    assert.equal(await textFor({ metadata: { uid: 'other' }, spec: SPEC }), gone)
  })

  it('makes no claim about unknown results', async () => {
    assert.match(await textFor(new Error('connection refused')), /could not be read: connection refused$/)
    assert.equal(await stoppedText(cluster(new Error('unused')), 'staging', undefined), 'It was stopped.')
  })
})
