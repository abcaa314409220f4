export { Settings } from './cluster-settings.ts'
export { ConfigError, loadSettings } from './load.ts'
export { Port, Price, ServerUrl } from './settings.ts'
