import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A connection to the API server that can be broken as networks break. */
export interface TcpProxy {
  /** To be used in place of the API server's address; its certificate is valid for both. */
  readonly url: string
  /** Resets every connection, and new ones at once, until `heal`. */
  cut(): void
  /** Resets the connections that there are; new ones work. */
  reset(): void
  /** Lets nothing more through on the connections that there are, without closing them; new ones work. */
  stall(): void
  heal(): void
  close(): Promise<void>
}

export async function startProxy(target: string): Promise<TcpProxy> {
  const { hostname, port } = new URL(target)
  const pairs = new Set<readonly [Socket, Socket]>()
  let isCut = false
  const server = createServer((near) => {
    near.on('error', () => {})
    if (isCut) return near.resetAndDestroy()
    const far = connect(Number(port), hostname)
    const pair = [near, far] as const
    pairs.add(pair)
    far.on('error', () => near.destroy())
    for (const socket of pair) {
      socket.on('close', () => {
        pairs.delete(pair)
        for (const end of pair) end.destroy()
      })
    }
    near.pipe(far)
    far.pipe(near)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const reset = () => {
    for (const [near] of pairs) near.resetAndDestroy()
  }
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut() {
      isCut = true
      reset()
    },
    reset,
    stall() {
      for (const [near, far] of pairs) {
        near.unpipe(far)
        far.unpipe(near)
      }
    },
    heal() {
      isCut = false
    },
    async close() {
      reset()
      await new Promise((closed) => server.close(closed))
    },
  }
}
