import assert from 'node:assert/strict'
import { test } from 'node:test'
import { datadogAccess, datadogHistory } from '../../src/datadog/index.ts'

const KEYS = { DD_API_KEY: 'api-secret', DD_APP_KEY: 'app-secret' }

test('the site and the keys come from the environment', () => {
  const { url, name, apiKey, appKey } = datadogAccess({ ...KEYS, DD_SITE: 'us5.datadoghq.com' })
  assert.deepEqual(
    [url.href, name, apiKey, appKey],
    ['https://api.us5.datadoghq.com/', 'Datadog us5.datadoghq.com', 'api-secret', 'app-secret'],
  )
  assert.equal(datadogAccess(KEYS).url.href, 'https://api.datadoghq.com/')
  assert.equal(datadogAccess({ ...KEYS, DD_HOST: 'https://proxy.example/dd' }).name, 'Datadog proxy.example')
})

test('a missing key, a key with spaces, and what is not a site are refused, without showing a key', () => {
  const refused = (environment: NodeJS.ProcessEnv, message: RegExp) =>
    assert.throws(
      () => datadogAccess(environment),
      (error: Error) => message.test(error.message) && !error.message.includes('secret'),
    )
  refused({ DD_APP_KEY: 'app-secret' }, /DD_API_KEY is not set/)
  refused({ DD_API_KEY: 'api-secret' }, /DD_APP_KEY is not set.*timeseries_query/)
  refused({ ...KEYS, DD_API_KEY: 'api secret' }, /DD_API_KEY contains spaces/)
  for (const DD_SITE of ['https://datadoghq.eu', 'app.datadoghq.com', 'api.datadoghq.com', 'localhost'])
    refused({ ...KEYS, DD_SITE }, /expected a site of Datadog/)
  for (const DD_HOST of ['http://api.datadoghq.com', 'api.datadoghq.com', 'https://user:secret@proxy'])
    refused({ ...KEYS, DD_HOST }, /DD_HOST is not the address of an API/)
})

test('names that cannot exist are refused, because they are part of a query', () => {
  const options = { access: datadogAccess(KEYS), nowSeconds: () => 0 }
  assert.throws(() => datadogHistory({ ...options, cluster: 'a} by {x' }), { message: /kube_cluster_name/ })
  assert.throws(() => datadogHistory({ ...options, namespaces: ['shop}'] }), { message: /namespace/ })
})
