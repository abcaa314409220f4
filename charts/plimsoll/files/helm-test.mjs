// Asks the webhook what the API server would ask it, through its Service, trusting its authority alone.
import { request } from 'node:https'
import { setTimeout as delay } from 'node:timers/promises'

const { PLIMSOLL_URL: url, PLIMSOLL_CA: ca } = process.env
const object = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'test', namespace: 'test' }, spec: { containers: [{ name: 'test', image: 'test' }] } }
const resource = { group: '', version: 'v1', resource: 'pods' }
const kind = { group: '', version: 'v1', kind: 'Pod' }
const review = {
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  request: { uid: 'helm-test', kind, resource, namespace: 'test', operation: 'CREATE', dryRun: true, object, userInfo: {} },
}

function ask() {
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', ca, timeout: 2000, headers: { 'content-type': 'application/json' } }
    const asking = request(`${url}?timeout=2s`, options, async (response) => {
      const text = (await response.toArray()).join('')
      if (response.statusCode === 200) resolve(JSON.parse(text).response)
      else reject(new Error(`answered ${response.statusCode}: ${text.slice(0, 500)}`))
    })
    asking.on('timeout', () => asking.destroy(new Error('no answer within 2 s')))
    asking.on('error', reject)
    asking.end(JSON.stringify(review))
  })
}

for (let left = 30; ; left--) {
  try {
    const { uid, allowed } = await ask()
    if (uid !== 'helm-test' || !allowed) throw new Error(`answered uid=${uid} allowed=${allowed}`)
    console.log(`${url} answers, with a certificate of the authority that the API server trusts.`)
    break
  } catch (error) {
    if (left === 0) {
      console.error(`${url} does not answer as it should: ${error.message}`)
      console.error('See the logs of the webhook, and GET /readyz on its ops port, which says what is missing.')
      process.exit(1)
    }
    await delay(2000)
  }
}
