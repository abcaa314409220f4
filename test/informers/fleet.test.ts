import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ClusterInventory, Fleet, Freezes, Tenants } from '../../src/fleet/index.ts'
import { followFleet } from '../../src/informers/index.ts'
import { until } from '../cluster/harness/until.ts'
import { controllerContext } from '../controller/context.ts'
import type { Call } from '../kube/fake-server.ts'

test('knows the tenant of each namespace that Plimsoll works in, as long as it does', async (t) => {
  const namespace = (name: string, tenant: string, resourceVersion = '1') => ({
    ...{ apiVersion: 'v1', kind: 'Namespace' },
    metadata: { name, resourceVersion, labels: { 'plimsoll.dev/mode': 'auto', 'plimsoll.dev/tenant': tenant } },
  })
  let watch: Call | undefined
  const { context } = await controllerContext(t, (call) => {
    if (!call.query.has('watch')) {
      const items = call.path === '/api/v1/namespaces' ? [namespace('a', 'blue'), namespace('b', 'blue')] : []
      return call.reply(200, { metadata: { resourceVersion: '1' }, items })
    }
    call.sendRaw('')
    if (call.path === '/api/v1/namespaces') watch = call
  })
  const ending = new AbortController()
  const tenants = new Tenants({ across: 'tenant', tenantLabel: 'plimsoll.dev/tenant' })
  const [fleet, inventory] = [new Fleet('plimsoll'), new ClusterInventory()]
  const following = followFleet({ ...context, tenants }, fleet, inventory, new Freezes(), ending.signal)
  t.after(async () => {
    ending.abort()
    await following.done
  })
  await until('the tenants', () => tenants.of('b') === 'tenant/blue', { everyMilliseconds: 5 })
  assert.equal(tenants.of('a'), 'tenant/blue')
  const { send } = await until('the watch', () => watch, { everyMilliseconds: 5 })
  send({ type: 'MODIFIED', object: namespace('a', 'red', '2') })
  await until('the other tenant', () => tenants.of('a') === 'tenant/red', { everyMilliseconds: 5 })
  send({ type: 'DELETED', object: namespace('b', 'blue', '3') })
  await until('the deletion', () => tenants.of('b') === 'namespace/b', { everyMilliseconds: 5 })
})
