export { Settings } from './cluster-settings.ts'
export { Header, Label, Port, Price } from './command-line.ts'
export { ConfigError, loadSettings } from './load.ts'
