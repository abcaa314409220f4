export { boundConnections } from './bound-connections.ts'
export { boundedText } from './bounded-text.ts'
export { createPlainServer } from './plain-server.ts'
