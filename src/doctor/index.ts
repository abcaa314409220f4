export { describeFinding, examine } from './examine.ts'
export type { Finding } from './finding.ts'
export { installedSettings } from './installation.ts'
export { readInstallation } from './read-installation.ts'
