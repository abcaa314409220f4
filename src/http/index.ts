export { boundConnections } from './bound-connections.ts'
export { createPlainServer } from './plain-server.ts'
