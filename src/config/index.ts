export { ChartValues } from './chart-values.ts'
export { Settings } from './cluster-settings.ts'
export { Days, Header, Label, Port, Price } from './command-line.ts'
export { loadSettings, parseSettings } from './load.ts'
