// Lists all Recommendations in pages, whole, parses them and does nothing. `node list.ts URL KUBECONFIG` prints what it took.
import { Api } from '../../test/cluster/support/api.ts'

const [url = '', kubeconfig = ''] = process.argv.slice(2)
const api = new Api({ url, kubeconfig })
// The TLS connection is open before the clock starts.
await api.call('GET', '/version')
const startedAt = performance.now()
let count = 0
let next = ''
do {
  const path = `/apis/plimsoll.dev/v1alpha1/recommendations?limit=500&continue=${encodeURIComponent(next)}`
  const { items, metadata } = (await api.call('GET', path)).json as {
    readonly items: readonly object[]
    readonly metadata: { readonly continue?: string }
  }
  count += items.length
  next = metadata.continue ?? ''
} while (next !== '')
console.log(JSON.stringify({ milliseconds: performance.now() - startedAt, count }))
api.close()
