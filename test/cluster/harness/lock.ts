import { createServer } from 'node:net'

export type Release = () => Promise<void>

/**
 * Takes a lock that holds on the whole machine, or says that another process has it (undefined). It is an abstract Unix
 * socket: the kernel gives a name to one process only and takes it back when that process ends, however it ends.
 */
export function tryLock(name: string): Promise<Release | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.unref()
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    )
    server.listen({ path: `\0plimsoll-test-${name}` }, () =>
      resolve(() => new Promise((released) => server.close(() => released()))),
    )
  })
}
